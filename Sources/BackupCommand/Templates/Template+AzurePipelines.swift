extension Template {
    /// A pipeline for Azure DevOps.
    ///
    /// <https://learn.microsoft.com/azure/devops/pipelines/yaml-schema>
    static func azurePipeline(for subject: Subject) -> String {
        // The agent runs whatever it finds behind two hashes and `vso`, even in a file that is
        // printed; the quotes between them keep this text from being that.
        #"""
        # Backs a Microsoft Entra tenant up every night, without a secret, git or a checkout.
        # Made by tenantkeep init azure-pipelines.
        #
        # 1. Make a service connection (Project settings, Service connections): Azure Resource Manager,
        #    workload identity federation. Let this pipeline use it. Its application reads the tenant.
        # 2. Grant that application what is read, and run as an administrator what this prints:
        #      tenantkeep init permissions \#(subject.typeOptions)
        # 3. Make an empty repository for the backup, and let "<project> Build Service (<organization>)"
        #    contribute to it and create branches and tags (Project settings, Repositories, Security).
        # 4. Put the program that make release builds where the agent can fetch it.
        # 5. Fill in the variables below, keep this file as azure-pipelines.yml in a repository of the
        #    project (not in that of the backup), and make a pipeline of it.
        # 6. Let failures be told: Project settings, Notifications, New subscription, Build, A build fails.

        trigger: none
        pr: none
        schedules:
          - cron: "0 2 * * *"
            displayName: Every night at two, UTC
            branches:
              include: [main]
            always: true

        pool:
          vmImage: ubuntu-latest

        variables:
          tenantId: "<ID of the tenant>"
          clientId: "<ID of the service connection's application>"
          serviceConnectionId: "<ID of the service connection, from the address of its page>"
          remoteUrl: "https://dev.azure.com/<organization>/<project>/_git/<repository>"
          programUrl: "<where the program is>"
          programSha256: "<what sha256sum says of it>"

        jobs:
          - job: backup
            displayName: Back the tenant up
            timeoutInMinutes: 60
            steps:
              - checkout: none

              - bash: |
                  set -euo pipefail
                  case "$VALUES" in
                    *"<"*)
                      echo "##""vso[task.logissue type=error]Fill in the variables of this pipeline."
                      exit 1 ;;
                  esac
                  curl --fail --silent --show-error --location --retry 3 \
                    --output "$AGENT_TEMPDIRECTORY/tenantkeep" "$PROGRAM_URL"
                  echo "$PROGRAM_SHA256  $AGENT_TEMPDIRECTORY/tenantkeep" | sha256sum --check --quiet
                  chmod +x "$AGENT_TEMPDIRECTORY/tenantkeep"
                displayName: Fetch Tenantkeep
                env:
                  PROGRAM_URL: $(programUrl)
                  PROGRAM_SHA256: $(programSha256)
                  VALUES: $(tenantId) $(clientId) $(serviceConnectionId) $(remoteUrl) $(programUrl)

              - bash: |
                  set -uo pipefail
                  status=0
                  "$AGENT_TEMPDIRECTORY/tenantkeep" backup \#(subject.typeOptions) \
                    --repo "$AGENT_TEMPDIRECTORY/tenant.git" || status=$?
                  case $status in
                    0) ;;
                    3)
                      echo "##""vso[task.logissue type=warning]The backup is incomplete; above is what was kept or skipped, and why."
                      echo "##""vso[task.complete result=SucceededWithIssues;]" ;;
                    *)
                      echo "##""vso[task.logissue type=error]The backup ended with status $status; above is why."
                      exit "$status" ;;
                  esac
                displayName: Back up
                env:
                  AZURE_TENANT_ID: $(tenantId)
                  AZURE_CLIENT_ID: $(clientId)
                  AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: $(serviceConnectionId)
                  SYSTEM_OIDCREQUESTURI: $(System.OidcRequestUri)
                  SYSTEM_ACCESSTOKEN: $(System.AccessToken)
                  TENANTKEEP_AUTH: azure-pipelines
                  TENANTKEEP_PUSH: $(remoteUrl)
                  PIPELINE_TIME_LIMIT: 60

        """#
    }
}
