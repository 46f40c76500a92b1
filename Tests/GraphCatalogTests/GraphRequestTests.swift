import GraphCatalog
import Testing

struct GraphRequestTests {
    @Test func `an advanced query asks for a count and says that it can wait`() {
        let narrowing = Narrowing(filter: "a eq 'b'", covers: .isNotTrue(member: "c"))

        let request = GraphResource.groups.request(tenant: "t", narrowing: narrowing)

        #expect(request.version == .beta)
        #expect(request.path == "groups")
        #expect(request.query.map(\.name) == ["$select", "$filter", "$top", "$count"])
        #expect(request.query[1].value == "a eq 'b'")
        #expect(request.headers == [.init("ConsistencyLevel", "eventual")])
    }

    @Test func `a narrowing that is an advanced query makes any read one`() {
        let users = GraphResource.users

        let whole = users.request(tenant: "t")
        let narrowed = users.request(tenant: "t", narrowing: users.narrowings.first)

        #expect(whole.headers.isEmpty && whole.query.map(\.name) == ["$select", "$top"])
        #expect(narrowed.query.map(\.name) == ["$select", "$filter", "$top", "$count"])
        #expect(narrowed.headers == [.init("ConsistencyLevel", "eventual")])
    }

    @Test func `a type with limits of its own is charged to them`() {
        let policies = GraphResource.conditionalAccessPolicies.request(tenant: "t")
        let users = GraphResource.users.request(tenant: "t")

        #expect(policies.bucket == .conditionalAccess)
        #expect(users.bucket == .directory)
        #expect(users.cost == 2)
    }

    @Test func `a child is asked for below its parent's object, in its own version`() {
        let owners = GraphResource.groups.children[0]

        let request = owners.request(
            below: [(.groups, Array("a/b é".utf8))], tenant: "t")

        #expect(request.path == "groups/a%2Fb%20%C3%A9/owners")
        #expect(request.version == .v1)
    }

    @Test func `a grandchild is asked for below its whole line`() {
        let reviews = GraphResource.accessReviews
        let instances = reviews.children[0]
        let reviewers = instances.children[0]

        let request = reviewers.request(
            below: [(reviews, Array("d".utf8)), (instances, Array("i".utf8))], tenant: "t")

        #expect(
            request.path == "identityGovernance/accessReviews/definitions/d/instances/i"
                + "/contactedReviewers")
    }

    @Test func `the tenant stands where the path asks for it`() {
        let branding = GraphResource(
            "branding", path: "organization/{tenant}/branding", folder: "Branding",
            groups: ["All"], permissions: Permissions("User.Read.All"))

        #expect(branding.request(tenant: "abc").path == "organization/abc/branding")
    }
}

extension GraphRequestTests {
    @Test func `a part is asked for at a path that is the ID, at the provider's version`() {
        let id = Array("/subscriptions/s 1/resourceGroups/é/".utf8)

        let request = GraphResource.azureRoleAssignments.request(
            below: [(.azureRoleAssignments.walks[0], id)], tenant: "t")

        #expect(
            request.path
                == "subscriptions/s%201/resourceGroups/%C3%A9/providers/Microsoft.Authorization"
                + "/roleAssignments")
        #expect(request.query == [.init("api-version", "2022-04-01")])
        #expect(request.service.linkName == "nextLink")
    }

    @Test func `every query of rows projects the ID`() {
        let walks = GraphResource.all.flatMap(\.family).flatMap(\.walks)
        let queries = walks.compactMap(\.rows)

        #expect(!queries.isEmpty)
        #expect(queries.allSatisfy { $0.contains("| project id") })
    }
}
