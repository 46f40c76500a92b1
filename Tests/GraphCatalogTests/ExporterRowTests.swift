import GraphCatalog
import TestSupport
import Testing

/// Every row of the exporter's list is in the catalog.
struct ExporterRowTests {
    /// The chain of declarations down to a type of this name.
    private func chain(to name: String) throws -> [GraphResource] {
        var chain: [GraphResource] = []
        var candidates = GraphResource.all
        while chain.last?.name != name {
            let next = try #require(
                candidates.first { $0.name == name || name.hasPrefix("\($0.name)/") },
                "there is no type \(name)")
            chain.append(next)
            candidates = next.children
        }
        return chain
    }

    private func request(_ chain: [GraphResource]) throws -> GraphRequest {
        let resource = try #require(chain.last)
        let above = chain.dropLast() + resource.walks
        guard !above.isEmpty else { return resource.request(tenant: "tenant") }
        return resource.request(
            below: above.enumerated().map { ($1, Array("\($0 + 1)".utf8)) }, tenant: "tenant")
    }

    @Test(arguments: ExporterRow.all)
    func `a row is asked for, chosen and permitted as the list has it`(row: ExporterRow) throws {
        let chain = try chain(to: row.type)
        let resource = try #require(chain.last)
        let request = try request(chain)

        #expect(row.isAsked(by: request), "\(request.line)")
        #expect(Set(resource.groups) == row.groups)
        #expect(Set(resource.permissions.application) == Set(row.application))
        #expect(Set(resource.permissions.delegated) == Set(row.delegated))
    }

    @Test func `the list has 116 files and 109 types`() {
        #expect(ExporterRow.all.count == 116)
        #expect(Set(ExporterRow.all.map(\.type)).count == 109)
    }

    @Test func `an ID in a filter is quoted as OData wants it`() throws {
        let packages = GraphResource.accessPackages
        let request = packages.children[0].request(
            below: [(packages, Array("it's".utf8))], tenant: "t")

        #expect(request.query == [.init("$filter", "accessPackage/id eq 'it''s'")])
        #expect(!request.path.contains("'"))
    }

    @Test func `a narrowing and a type's own filter both hold`() {
        let request = GraphResource.pimDirectoryRolePolicies.request(
            tenant: "t", narrowing: Narrowing(filter: "a or b", covers: .both([])))

        #expect(
            request.query.last?.value
                == "(scopeId eq '/' and scopeType eq 'DirectoryRole') and (a or b)")
    }

    @Test func `errors that a declaration knows go with its request`() {
        #expect(!GraphResource.apiConnectors.request(tenant: "t").unavailable.isEmpty)
        let groups = GraphResource.connectorGroups
        let request = groups.children[0].request(below: [(groups, [0x31])], tenant: "t")
        #expect(request.empty == ["ApplicationsForGroup_NotFound"])
    }
}
