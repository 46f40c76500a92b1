extension Template {
    /// A workflow for GitHub.
    ///
    /// <https://docs.github.com/actions/reference/workflow-syntax-for-github-actions>
    static func githubWorkflow(for subject: Subject) -> String {
        #"""
        # Backs a Microsoft Entra tenant up every night, without a secret, git or a checkout.
        # Made by tenantkeep init github-actions.
        #
        # 1. Register an application in Entra, and let it trust this repository's main branch:
        #      az ad app federated-credential create --id <client ID> --parameters '{"name": "backup",
        #        "issuer": "https://token.actions.githubusercontent.com",
        #        "subject": "repo:<owner>/<repository>:ref:refs/heads/main",
        #        "audiences": ["api://AzureADTokenExchange"]}'
        # 2. Grant it what is read, and run as an administrator what this prints:
        #      tenantkeep init permissions \#(subject.typeOptions)
        # 3. Put the program that make release builds where the runner can fetch it, and set variables
        #    (Settings, Secrets and variables, Actions, Variables): AZURE_TENANT_ID, AZURE_CLIENT_ID,
        #    PROGRAM_URL, and PROGRAM_SHA256, which is what sha256sum says of it.
        # 4. Keep this file as .github/workflows/tenant-backup.yml on the main branch of a private
        #    repository. The backup comes onto its branch backup.

        name: Tenant backup

        on:
          schedule:
            - cron: "0 2 * * *"
          workflow_dispatch:

        permissions:
          id-token: write
          contents: write
          issues: write

        concurrency:
          group: tenant-backup

        jobs:
          backup:
            runs-on: ubuntu-latest
            timeout-minutes: 60
            steps:
              - name: Fetch Tenantkeep
                env:
                  PROGRAM_URL: ${{ vars.PROGRAM_URL }}
                  PROGRAM_SHA256: ${{ vars.PROGRAM_SHA256 }}
                run: |
                  if [ -z "$PROGRAM_URL" ] || [ -z "$PROGRAM_SHA256" ]; then
                    echo "::error::Set the repository's variables PROGRAM_URL and PROGRAM_SHA256."
                    exit 1
                  fi
                  curl --fail --silent --show-error --location --retry 3 \
                    --output "$RUNNER_TEMP/tenantkeep" "$PROGRAM_URL"
                  echo "$PROGRAM_SHA256  $RUNNER_TEMP/tenantkeep" | sha256sum --check --quiet
                  chmod +x "$RUNNER_TEMP/tenantkeep"

              - name: Back up
                env:
                  AZURE_TENANT_ID: ${{ vars.AZURE_TENANT_ID }}
                  AZURE_CLIENT_ID: ${{ vars.AZURE_CLIENT_ID }}
                  GITHUB_TOKEN: ${{ github.token }}
                  TENANTKEEP_AUTH: github-actions
                  TENANTKEEP_BRANCH: backup
                  TENANTKEEP_PUSH: ${{ github.server_url }}/${{ github.repository }}.git
                  PIPELINE_TIME_LIMIT: 60
                run: |
                  status=0
                  "$RUNNER_TEMP/tenantkeep" backup \#(subject.typeOptions) \
                    --repo "$RUNNER_TEMP/tenant.git" || status=$?
                  case $status in
                    0) ;;
                    3) echo "::warning::The backup is incomplete; above is what was kept or skipped, and why." ;;
                    *)
                      echo "::error::The backup ended with status $status; above is why."
                      exit "$status" ;;
                  esac

              - name: Tell that it failed
                if: failure()
                env:
                  GH_TOKEN: ${{ github.token }}
                  GH_REPO: ${{ github.repository }}
                  RUN_URL: ${{ github.server_url }}/${{ github.repository }}/actions/runs/${{ github.run_id }}
                run: |
                  title="The tenant backup fails"
                  number=$(gh issue list --search "in:title \"$title\"" --json number --jq '.[0].number')
                  if [ -n "$number" ]; then
                    gh issue comment "$number" --body "It failed again: $RUN_URL"
                  else
                    gh issue create --title "$title" --body "It failed: $RUN_URL"
                  fi

        """#
    }
}
