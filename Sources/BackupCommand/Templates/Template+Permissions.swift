import GraphCatalog
import GraphClient
import HTTPTransport

extension Template {
    /// A script that grants the application what the chosen types need, and nothing it has already.
    ///
    /// <https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignments>
    static func permissionScript(for subject: Subject) throws(CommandFailure) -> String {
        let selection = try Selection(words: subject)
        let table = TypeTable(selection.resources)
        // Entra's log is read by every run.
        let permissions = Set(table.permissions + table.auditPermissions + ["AuditLog.Read.All"])
            .sorted()
        let needsAzure = selection.resources.contains { $0.resource.service.isAzure }
        let grants = permissions.map { "grant \($0)\n" }.joined()
        return #"""
            #!/usr/bin/env bash
            # Lets an application read what these types need. Made by tenantkeep init permissions.
            #   \#(subject.typeOptions)
            # Run it as an administrator who may grant permissions, after az login. It only adds what is
            # missing, so it can be run again.
            set -euo pipefail
            application=\#(subject.clientID.map(quoted) ?? #""${AZURE_CLIENT_ID:?Set AZURE_CLIENT_ID to the ID of the application.}""#)
            graph=\#(subject.endpoints.graph)/v1.0
            resource=00000003-0000-0000-c000-000000000000  # Microsoft Graph

            principal=$(az ad sp show --id "$application" --query id --output tsv)
            service=$(az ad sp show --id "$resource" --query id --output tsv)
            held=$(az rest --method get --url "$graph/servicePrincipals/$principal/appRoleAssignments" \
                --query "value[?resourceId=='$service'].appRoleId" --output tsv)

            grant() {
                local role
                role=$(az ad sp show --id "$resource" --output tsv --query \
                    "appRoles[?value=='$1' && contains(allowedMemberTypes, 'Application')].id")
                if [ -z "$role" ]; then
                    echo "$1: there is no such permission in this cloud" >&2
                elif grep --quiet --fixed-strings "$role" <<<"$held"; then
                    echo "$1: granted before"
                else
                    az rest --method post --url "$graph/servicePrincipals/$principal/appRoleAssignments" \
                        --body "{\"principalId\": \"$principal\", \"resourceId\": \"$service\", \"appRoleId\": \"$role\"}" \
                        --output none
                    echo "$1: granted"
                fi
            }

            \#(grants)\#(needsAzure ? azureGrant : "")
            """#
    }

    /// Reading Azure's access rules takes a role there, best where every subscription inherits it.
    private static let azureGrant = #"""

        # Azure's access rules, at the root management group, which has the tenant's ID. Whoever may not
        # grant there: Entra, Properties, Access management for Azure resources.
        tenant=$(az account show --query tenantId --output tsv)
        az role assignment create --role Reader --assignee-principal-type ServicePrincipal \
            --assignee-object-id "$principal" \
            --scope "/providers/Microsoft.Management/managementGroups/$tenant" --output none
        echo "Reader of Azure: granted"

        """#

    /// A word as a shell reads it, whatever is in it.
    private static func quoted(_ word: String) -> String {
        "'" + word.replacing("'", with: #"'\''"#) + "'"
    }
}

extension Selection {
    fileprivate init(words subject: Template.Subject) throws(CommandFailure) {
        do throws(UnknownWord) {
            try self.init(
                types: subject.types, excluding: subject.exclude, from: subject.catalog)
        } catch {
            throw .unknown(error, in: nil)
        }
    }
}
