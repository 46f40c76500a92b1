extension Template {
    /// A configuration file with every key, those commented out that have a good default.
    static func configuration(for subject: Subject) -> String {
        #"""
        # Settings of Tenantkeep. The environment (TENANTKEEP_BRANCH) goes before them, and flags before
        # that. Who signs in is in the environment: AZURE_TENANT_ID, AZURE_CLIENT_ID and the rest.

        repo: ./tenant.git

        # What is backed up, as types and groups of types; tenantkeep types lists all there are.
        types: [\#(subject.types.joined(separator: ", "))]
        exclude: [\#(subject.exclude.joined(separator: ", "))]

        # Whether to leave out what is synchronised from on-premises.
        # cloudOnly: false

        # Where in the repository the backup goes: its branch, and the folder in its tree.
        # branch: main
        # root: prod-backup

        # The tenant's cloud: public, usgov, dod or china.
        # cloud: public

        # Where a run begins and what it is pushed to. What opens it is in the environment:
        # TENANTKEEP_REMOTE_TOKEN, or TENANTKEEP_REMOTE_USER and TENANTKEEP_REMOTE_PASSWORD.
        # remote: {url: https://dev.azure.com/contoso/backup/_git/tenant, branch: main}

        # How to sign in: auto takes the first way whose variables are set.
        # auth: auto

        # The committer, and author of what nobody else wrote.
        # identity: {name: Tenantkeep, email: tenantkeep@localhost}

        # How runs' tags are named, with the letters of date for the run's start, in UTC.
        # tagFormat: backup/%Y-%m-%dT%H-%M-%SZ

        # Minutes. The last of them are for writing: types that are not read by then are kept, and
        # authors may stay unknown.
        # timeLimit: 60

        # Who is called when a run failed, is incomplete, brought changes or is done: addresses of a chat
        # or of a health check. The form is json, teams or slack. Used only if --config names this file.
        # notify:
        #   onFailure: https://…
        #   onIncomplete: https://…
        #   onChange: https://…
        #   onSuccess: https://…
        #   form: json

        """#
    }
}
