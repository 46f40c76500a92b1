import BackupEngine
import GraphCatalog
import TestSupport
import Testing

/// Every row of the exporter's list lands where the exporter puts it.
struct ExporterRowTests {
    /// Types whose answer is the object itself.
    private static let objects: Set<String> = [
        "onPremisesSynchronization", "identitySecurityDefaultsEnforcementPolicy",
        "authorizationPolicy", "defaultAppManagementPolicy", "adminConsentRequestPolicy",
        "externalIdentitiesPolicy", "crossTenantAccessPolicy", "crossTenantAccessPolicyDefault",
        "entitlementManagementSettings", "provisioning", "teamsSettings", "sharepointSettings",
        "usersRegisteredByFeature", "b2cUserFlows/apiConnectorConfiguration",
        "b2xUserFlows/apiConnectorConfiguration", "accessPackages/resourceScopes",
    ]

    /// IDs where Graph spells them differently from the exporter's file.
    private static let ids = ["FIDO2": "Fido2", "SMS": "Sms"]

    /// An object as Graph sends it and as the backup has it. What is named like its folder has no
    /// ID.
    private static func object(_ row: ExporterRow) -> (sent: String, file: String) {
        let parts = row.path.split(separator: "/")
        let name = String(parts.last?.dropLast(5) ?? "")
        let folder = parts.dropLast(2).last.map(String.init)
        let member = row.type == "crossTenantAccessPolicyPartners" ? "tenantId" : "id"
        let id = folder == name ? "" : "\"\(member)\":\"\(ids[name] ?? name)\","
        let line = id.isEmpty ? "" : "  \"\(member)\": \"\(ids[name] ?? name)\",\n"
        return (
            "{\"z\":1.0,\(id)\"@odata.context\":\"x\",\"@odata.type\":\"#t\"}",
            "{\n  \"@odata.type\": \"#t\",\n\(line)  \"z\": 1.0\n}"
        )
    }

    private static func answer(_ rows: [ExporterRow]) -> String {
        let items = rows.map { object($0).sent }
        guard objects.contains(rows[0].type) else {
            return "{\"value\":[\(items.joined(separator: ","))]}"
        }
        return items[0]
    }

    /// A tenant that has one object of each row, and a group for those that ask for groups.
    private struct Tenant: GraphSource {
        let rows: [ExporterRow]

        func page(
            _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
        ) async throws(GraphError) -> GraphPage {
            guard !target.request.line.hasPrefix("v1.0 groups?$select=id&$filter=") else {
                return GraphPage(body: Array("{\"value\":[{\"id\":\"1\"}]}".utf8))
            }
            let asked = rows.filter { $0.isAsked(by: target.request) }
            guard !asked.isEmpty else {
                throw GraphError(.notFound, "Nobody expects \(target.request.line)")
            }
            return GraphPage(body: Array(answer(asked).utf8))
        }

        func batch(
            _ requests: [GraphRequest]
        ) async throws(GraphError) -> [Result<GraphPage, GraphError>] {
            await pages(oneByOne: requests)
        }
    }

    @Test func `each row's object is at its path, in its bytes`() async throws {
        let runs = try Runs()
        let names = Set(ExporterRow.all.map(\.type))
        let chosen = GraphResource.all.filter { names.contains($0.name) }

        let result = try await runs.run(
            from: Tenant(rows: ExporterRow.all), chosen.map(Self.selected)
        ) { $0.tenant = "tenant" }

        let files = try runs.files
        #expect(Set(files).symmetricDifference(ExporterRow.all.map(\.path)) == [])
        for row in ExporterRow.all where files.contains(row.path) {
            let bytes = try runs.git("cat-file", "blob", "main:\(row.path)")
            #expect(bytes == Self.object(row).file, "\(row)")
        }
        #expect(result.record.types.keys.sorted() == names.sorted())
        for (name, record) in result.record.types {
            #expect(record.outcome == .complete, "\(name): \(record.reason ?? "")")
        }
        try runs.expectSound()
    }

    private static func selected(_ resource: GraphResource) -> SelectedResource {
        SelectedResource(resource, children: resource.children.map(selected))
    }

    @Test func `a type for people only is skipped without complaint where it is refused`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "people": .pages([[item("p")]]),
            "onPremisesPublishingProfiles/applicationProxy/connectors": .failure(.notPermitted),
        ])

        let result = try await runs.run(tenant, all(people, .connectors))

        #expect(!result.isIncomplete)
        #expect(result.record.types["connectors"]?.outcome == .skipped)
        #expect(result.record.types["connectors"]?.requests == 1)
        #expect(
            result.record.types["connectors"]?.reason
                == "App-only sign-in cannot read it: Graph lets only signed-in people read it")
    }

    @Test func `methods of signing in that the exporter does not know are kept too`() async throws {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "policies/authenticationMethodsPolicy/authenticationMethodConfigurations":
                .pages([[item("Fido2"), item("HardwareOath")]])
        ])

        try await runs.run(tenant, all(.authenticationMethodConfigurations))

        let folder = "Policies/AuthenticationMethodsPolicy/AuthenticationMethodConfigurations"
        #expect(try runs.files == ["\(folder)/FIDO2.json", "\(folder)/HardwareOath.json"])
    }

    @Test func `methods of signing in are asked for one by one where there is no list`()
        async throws
    {
        let runs = try Runs()
        let list = "policies/authenticationMethodsPolicy/authenticationMethodConfigurations"
        let tenant = RecordedTenant([
            "\(list)/email": .object(item("Email")), "\(list)/fido2": .object(item("Fido2")),
        ])

        let result = try await runs.run(tenant, all(.authenticationMethodConfigurations))

        let folder = "Policies/AuthenticationMethodsPolicy/AuthenticationMethodConfigurations"
        #expect(try runs.files == ["\(folder)/Email.json", "\(folder)/FIDO2.json"])
        #expect(result.record.types["authenticationMethodConfigurations"]?.outcome == .complete)
    }

    @Test func `a method of signing in is not gone because the list is`() async throws {
        let runs = try Runs()
        let list = "policies/authenticationMethodsPolicy/authenticationMethodConfigurations"
        let whole = RecordedTenant([list: .pages([[item("Fido2"), item("HardwareOath")]])])
        try await runs.run(whole, all(.authenticationMethodConfigurations))

        let result = try await runs.run(
            RecordedTenant(["\(list)/fido2": .object(item("Fido2"))]),
            all(.authenticationMethodConfigurations))

        let folder = "Policies/AuthenticationMethodsPolicy/AuthenticationMethodConfigurations"
        #expect(try runs.files == ["\(folder)/FIDO2.json", "\(folder)/HardwareOath.json"])
        #expect(result.record.types["authenticationMethodConfigurations"]?.outcome == .kept)
    }

    @Test func `a file whose object is set no longer goes, and its type is complete`() async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "people": .pages([[item("p")]]), "teamwork": .object(item("teamwork")),
        ])
        try await runs.run(tenant, all(people, .teamsSettings))
        tenant.set("teamwork", .failure(.empty))

        let result = try await runs.run(tenant, all(people, .teamsSettings))

        #expect(result.record.types["teamsSettings"]?.outcome == .complete)
        #expect(
            result.changes.map { "\($0.kind.rawValue) \($0.path)" } == [
                "D Admin/Teams/settings.json"
            ])
    }

    @Test func `one file holds one object, or several as an array in the order of their IDs`()
        async throws
    {
        let runs = try Runs()
        let tenant = RecordedTenant([
            "organization/11111111-1111-1111-1111-111111111111/branding/localizations":
                .pages([[item("sv")], [item("0"), item("de")]])
        ])

        try await runs.run(tenant, all(.brandingLocalizations))
        let file = try runs.git("cat-file", "blob", "main:Organization/Branding/Localizations.json")

        #expect(file.matches(of: /"id": "(\w+)"/).map(\.output.1) == ["0", "de", "sv"])
        #expect(file.hasPrefix("[\n  {\n"))
    }
}
