import Foundation
import Testing

@testable import TenantSimulator

/// Azure Resource Manager as it is played: its tokens, its lists and its traps.
struct AzureTests {
    private static let production = "1d0a4b52-3c1e-4f0a-9a6e-6a1f0c9b7e11"
    private static let sandbox = "8e5f7c20-52b4-4d5e-b0aa-2f9c1d3e4a22"
    private static let provider = "providers/Microsoft.Authorization"

    /// Runs `body` with a client that holds a token for Azure Resource Manager.
    private func withAzure(
        _ settings: Settings = Settings(), _ body: (Client) async throws -> Void
    ) async throws {
        try await withTenant("contoso", settings) { client in
            var client = client
            client.token = try await token(client)
            try await body(client)
        }
    }

    private func token(
        _ client: Client, for scope: String = "https://management.azure.com/.default"
    ) async throws -> String {
        try #require(
            try await client.signIn(["scope": scope]).json["access_token"] as? String)
    }

    private func get(_ path: String, _ client: Client) async throws -> Client.Answer {
        try await client.get("\(client.tenant.arm)/\(path)")
    }

    private func rights(
        _ list: String, at scope: String, filter: String? = nil, _ client: Client
    ) async throws -> [JSON] {
        let version =
            list.hasPrefix("roleEl") || list.hasPrefix("roleMan") ? "2020-10-01" : "2022-04-01"
        let query = filter.map { "&$filter=\(Client.escaped($0))" } ?? ""
        let answer = try await get(
            "\(scope)\(Self.provider)/\(list)?api-version=\(version)\(query)", client)
        #expect(answer.status == 200, "\(answer.text)")
        return try JSON(parsing: Array(answer.body))["value"]?.elements ?? []
    }

    private func texts(_ rows: [JSON], _ member: String) -> [String] {
        rows.compactMap { $0.at(["properties", member])?.string }
    }

    @Test func `tokens of Graph and of Azure are no good for each other`() async throws {
        try await withTenant { client in
            let graphAtAzure = try await get("subscriptions?api-version=2022-12-01", client)
            var other = client
            other.token = try await token(client)
            let azureAtGraph = try await other.get("/v1.0/organization")
            other.token = ""
            let nobody = try await get("subscriptions?api-version=2022-12-01", other)

            #expect(graphAtAzure.status == 401)
            #expect(graphAtAzure.errorCode == "InvalidAuthenticationTokenAudience")
            #expect(graphAtAzure.headers["www-authenticate"]?.contains("invalid_token") == true)
            #expect(azureAtGraph.status == 401)
            #expect(nobody.errorCode == "AuthenticationFailed")
        }
    }

    @Test func `a token can be asked for by the address it is for`() async throws {
        try await withTenant { client in
            var other = client
            other.token = try await token(client, for: "\(client.tenant.arm)/.default")

            let answer = try await get("subscriptions?api-version=2022-12-01", other)

            #expect(answer.status == 200)
            #expect(answer.values.count == 2)
            #expect(answer.values[0]["sim:parent"] == nil)
        }
    }

    @Test(arguments: [
        ("subscriptions", 400, "MissingApiVersionParameter"),
        ("subscriptions?api-version=2001-01-01", 400, "InvalidApiVersionParameter"),
        (
            "subscriptions/00000000-0000-0000-0000-000000000009/\(provider)/roleAssignments"
                + "?api-version=2022-04-01", 404, "SubscriptionNotFound"
        ),
        ("providers/Microsoft.Nothing/things?api-version=2022-04-01", 404, "InvalidResourceType"),
        (
            "subscriptions/\(production)/\(provider)/roleAssignments?api-version=2022-04-01"
                + "&$filter=whatever()", 400, "BadRequestFormat"
        ),
    ])
    func `what Azure refuses is refused by its code`(
        path: String, status: Int, code: String
    ) async throws {
        try await withAzure { client in
            let answer = try await get(path, client)

            #expect(answer.status == status)
            #expect(answer.errorCode == code)
        }
    }

    @Test func `without a role subscriptions are an empty list and all else is refused`()
        async throws
    {
        try await withAzure { client in
            client.tenant.grantAzure([])
            let subscriptions = try await get("subscriptions?api-version=2022-12-01", client)
            #expect(subscriptions.status == 200)
            #expect(subscriptions.values.isEmpty)
            for path in [
                "providers/Microsoft.Management/managementGroups?api-version=2021-04-01",
                "subscriptions/\(Self.production)/\(Self.provider)/roleAssignments"
                    + "?api-version=2022-04-01",
                "\(Self.provider)/roleAssignments?api-version=2022-04-01",
            ] {
                let answer = try await get(path, client)
                #expect(answer.status == 403)
                #expect(answer.errorCode == "AuthorizationFailed")
            }
        }
    }

    @Test func `a role at one subscription shows that one and what is in it`() async throws {
        try await withAzure { client in
            client.tenant.grantAzure(["/subscriptions/\(Self.sandbox.uppercased())"])
            let subscriptions = try await get("subscriptions?api-version=2022-12-01", client)
            let groups = try await get(
                "providers/Microsoft.Management/managementGroups?api-version=2021-04-01", client)
            let other = try await get(
                "subscriptions/\(Self.production)/\(Self.provider)/roleAssignments"
                    + "?api-version=2022-04-01", client)

            #expect(subscriptions.values.map { $0["subscriptionId"] as? String } == [Self.sandbox])
            #expect(groups.values.isEmpty)
            #expect(other.status == 403)
        }
    }

    @Test func `a subscription lists what is above and below it, the same objects as elsewhere`()
        async throws
    {
        try await withAzure { client in
            let subscription = "subscriptions/\(Self.production)/"
            let all = try await rights("roleAssignments", at: subscription, client)
            let above = try await rights(
                "roleAssignments", at: subscription, filter: "atScope()", client)
            let group = try await rights(
                "roleAssignments",
                at: "providers/Microsoft.Management/managementGroups/contoso-landing/",
                filter: "atScope()", client)

            #expect(all.count == 7)
            #expect(above.count == 4)
            #expect(texts(above, "scope").contains("/"))
            let shared = group.filter { row in above.contains { $0["id"] == row["id"] } }
            #expect(shared.count == 3)
        }
    }

    @Test func `a role is spelled with the subscription that was asked, or in capitals`()
        async throws
    {
        try await withAzure { client in
            let one = try await rights(
                "roleAssignments", at: "subscriptions/\(Self.production)/", client)
            let root = try await rights("roleAssignments", at: "", filter: "atScope()", client)
            let roles = try await rights(
                "roleDefinitions", at: "subscriptions/\(Self.sandbox)/", client)

            #expect(
                texts(one, "roleDefinitionId").allSatisfy {
                    $0.hasPrefix("/subscriptions/\(Self.production)/providers/")
                })
            #expect(
                texts(root, "roleDefinitionId") == [
                    "/providers/Microsoft.Authorization/RoleDefinitions/"
                        + "8E3AF657-A8FF-443C-A75C-2FE8C4BCB635"
                ])
            #expect(
                roles.allSatisfy {
                    $0["id"]?.string?.hasPrefix("/subscriptions/\(Self.sandbox)/") == true
                })
        }
    }

    @Test(
        arguments: [
            (nil, 5), ("type eq 'CustomRole'", 1), ("type eq 'BuiltInRole'", 4),
            ("atScopeAndBelow()", 5),
        ] as [(String?, Int)])
    func `roles are those that can be assigned at the scope`(
        filter: String?, count: Int
    ) async throws {
        try await withAzure { client in
            let sandbox = try await rights(
                "roleDefinitions", at: "subscriptions/\(Self.sandbox)/", filter: filter, client)
            let below = try await rights(
                "roleDefinitions", at: "subscriptions/\(Self.production)/",
                filter: "atScopeAndBelow()", client)

            #expect(sandbox.count == count)
            #expect(texts(below, "roleName").contains("Payroll operator"))
        }
    }

    @Test func `privileged access is listed with its policies`() async throws {
        try await withAzure { client in
            let scope = "subscriptions/\(Self.production)/"
            let eligible = try await rights("roleEligibilitySchedules", at: scope, client)
            let policies = try await rights("roleManagementPolicyAssignments", at: scope, client)

            #expect(eligible.count == 3)
            #expect(policies.count == 1)
        }
    }

    @Test func `privileged access needs a licence`() async throws {
        try await withAzure { client in
            client.tenant.simulation.change { $0.tenant.isPremium = false }
            let scope = "subscriptions/\(Self.production)/\(Self.provider)"
            let refused = try await get(
                "\(scope)/roleEligibilitySchedules?api-version=2020-10-01", client)
            let assignments = try await get(
                "\(scope)/roleAssignments?api-version=2022-04-01", client)

            #expect(refused.status == 400)
            #expect(refused.errorCode == "AadPremiumLicenseRequired")
            #expect(assignments.status == 200)
        }
    }

    @Test func `pages are linked by nextLink at the same host`() async throws {
        var settings = Settings()
        settings.pageSize = 2
        try await withAzure(settings) { client in
            var ids: [String] = []
            var next: String? =
                "\(client.tenant.arm)/subscriptions/\(Self.production)/\(Self.provider)"
                + "/roleAssignments?api-version=2022-04-01"
            var pages = 0
            while let link = next, pages < 20 {
                let answer = try await client.get(link)
                ids += answer.ids
                #expect(answer.nextLink == nil)
                next = answer.json["nextLink"] as? String
                #expect(next?.hasPrefix(client.tenant.arm) ?? true)
                pages += 1
            }

            #expect(pages == 4)
            #expect(Set(ids).count == 7)
        }
    }

    private func query(_ text: String, _ options: String = "{}", _ client: Client) async throws
        -> Client.Answer
    {
        try await client.send(
            "POST",
            "\(client.tenant.arm)/providers/Microsoft.ResourceGraph/resources"
                + "?api-version=2021-03-01",
            body: "{\"query\":\"\(text)\",\"options\":\(options)}",
            headers: ["Content-Type": "application/json"])
    }

    @Test func `a result without the ID among its columns cannot be continued`() async throws {
        try await withAzure { client in
            let vaults = "resources | where type =~ 'Microsoft.KeyVault/vaults' | project "
            let cut = try await query(vaults + "name", #"{"$top":1}"#, client)
            let first = try await query(vaults + "id | order by id asc", #"{"$top":1}"#, client)
            let token = try #require(first.json["$skipToken"] as? String)
            let second = try await query(
                vaults + "id | order by id asc", #"{"$top":1,"$skipToken":"\#(token)"}"#, client)

            #expect(cut.json["resultTruncated"] as? String == "true")
            #expect(cut.json["$skipToken"] == nil)
            #expect(first.json["totalRecords"] as? Int == 2)
            #expect(second.json["resultTruncated"] as? String == "false")
            #expect(second.json["$skipToken"] == nil)
            #expect(first.headers["x-ms-user-quota-remaining"] == "14")
        }
    }

    @Test func `a query that is none is refused`() async throws {
        try await withAzure { client in
            let answer = try await query("resources | guess", "{}", client)

            #expect(answer.status == 400)
            #expect(answer.errorCode == "BadRequest")
        }
    }

    @Test func `a resource is read at its ID`() async throws {
        try await withAzure { client in
            let id =
                "subscriptions/\(Self.sandbox)/resourceGroups/rg-lab/providers/Microsoft.KeyVault"
                + "/vaults/kv-contoso-lab"
            let vault = try await get("\(id)?api-version=2023-07-01", client)
            let none = try await get("\(id)2?api-version=2023-07-01", client)

            #expect(vault.json["name"] as? String == "kv-contoso-lab")
            #expect(none.errorCode == "ResourceNotFound")
        }
    }

    @Test func `a subscription or a management group is read at its ID, by whoever may`()
        async throws
    {
        try await withAzure { client in
            let group = "providers/Microsoft.Management/managementGroups/contoso-landing"
            let subscription = "subscriptions/\(Self.production)"
            func statuses(_ ending: String = "") async throws -> [Int] {
                [
                    try await get("\(subscription)\(ending)?api-version=2022-12-01", client).status,
                    try await get("\(group)\(ending)?api-version=2021-04-01", client).status,
                ]
            }
            let found = try await get("\(subscription)?api-version=2022-12-01", client)
            let all = try await statuses()
            let none = try await statuses("2")
            client.tenant.grantAzure(["/subscriptions/\(Self.sandbox)"])
            let list = try await get("subscriptions?api-version=2022-12-01", client)

            #expect(found.json["subscriptionId"] as? String == Self.production)
            #expect(all == [200, 200] && none == [404, 404])
            #expect(list.values.count == 1)
            #expect(try await statuses() == [403, 403])
            #expect(try await statuses("2") == [404, 403])
        }
    }

    @Test func `a fault gives IDs in lower case`() async throws {
        try await withAzure { client in
            client.tenant.inject(Fault(.lowerCaseIDs, path: "arm"))

            let rows = try await rights(
                "roleAssignments", at: "subscriptions/\(Self.production)/", client)

            #expect(texts(rows, "scope").contains { $0.hasSuffix("/resourcegroups/rg-payroll") })
            #expect(!rows.contains { $0["id"]?.string?.contains("/resourceGroups/") == true })
        }
    }

    @Test func `each subscription has a bucket of its own, and says what is left`() async throws {
        try await withAzure(Settings(throttling: .service(scale: 0.02))) { client in
            func assignments(_ id: String) async throws -> Client.Answer {
                try await get(
                    "subscriptions/\(id)/\(Self.provider)/roleAssignments?api-version=2022-04-01",
                    client)
            }
            var left: [String?] = []
            for _ in 0..<5 {
                let answer = try await assignments(Self.production)
                left.append(answer.headers["x-ms-ratelimit-remaining-subscription-reads"])
            }
            let refused = try await assignments(Self.production)
            let other = try await assignments(Self.sandbox)
            client.tenant.advanceClock(by: Double(refused.headers["retry-after"] ?? "") ?? 0)
            let later = try await assignments(Self.production)

            #expect(left == ["4", "3", "2", "1", "0"])
            #expect(refused.status == 429)
            #expect(refused.errorCode == "SubscriptionRequestsThrottled")
            #expect(other.status == 200)
            #expect(later.status == 200)
        }
    }
}
