import GraphCatalog
import Testing

struct GraphRequestTests {
    @Test func `an advanced query asks for a count and says that it can wait`() {
        let narrowing = Narrowing(filter: "a eq 'b'", covers: .isNotTrue(member: "c"))

        let request = GraphResource.groups.request(tenant: "t", narrowing: narrowing)

        #expect(request.version == .beta)
        #expect(request.path == "groups")
        #expect(
            request.query.map(\.name) == ["$select", "$expand", "$filter", "$top", "$count"])
        #expect(request.query[2].value == "a eq 'b'")
        #expect(request.headers == [.init("ConsistencyLevel", "eventual")])
    }

    @Test func `a narrowing that is an advanced query makes any read one`() {
        let users = GraphResource.users

        let whole = users.request(tenant: "t")
        let narrowed = users.request(tenant: "t", narrowing: users.narrowings.first)

        #expect(whole.headers.isEmpty && whole.query.map(\.name) == ["$select", "$expand", "$top"])
        #expect(
            narrowed.query.map(\.name) == ["$select", "$expand", "$filter", "$top", "$count"])
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
        let reviews = GraphResource.accessReviews
        let instances = reviews.children[0].request(
            below: [(reviews, Array("d".utf8))], tenant: "t")
        #expect(reviews.request(tenant: "t").version == .beta)
        #expect(instances.version == .v1)
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

    // MARK: One object

    private func type(
        _ name: String, _ path: String, answer: GraphResource.Answer = .collection,
        service: Service = .graph, filter: String? = nil, walks: [GraphResource] = []
    ) -> GraphResource {
        GraphResource(
            name, service: service, path: path, answer: answer, folder: name, walks: walks,
            groups: ["All"], permissions: Permissions("P.Read.All"), filter: filter)
    }

    @Test func `one object is asked for where its list is, whoever names its parent`() {
        let flows = type("flows", "x/flows")
        let parts = type("flows/parts", "parts")
        let named = type("flows/named", "y/{parent}/z")
        let filtered = type("flows/filtered", "w", filter: "of eq '{parent}'")
        let single = type("flows/single", "single", answer: .object)
        let deep = type("flows/named/deep", "deep")
        func path(_ chain: (GraphResource, String)...) -> String? {
            GraphResource.request(of: chain.map { ($0.0, Array($0.1.utf8)) }, tenant: "t")?.path
        }

        #expect(path((flows, "a b")) == "x/flows/a%20b")
        #expect(path((flows, "a"), (parts, "b")) == "x/flows/a/parts/b")
        #expect(path((flows, "a"), (named, "b")) == "y/a/z/b")
        #expect(path((flows, "a"), (named, "b"), (deep, "c")) == "y/a/z/b/deep/c")
        #expect(path((flows, "a"), (filtered, "b")) == "w/b")
        #expect(path((flows, "a"), (single, "b")) == "x/flows/a/single")
    }

    @Test func `what is below an object that names its parent is asked for below it`() {
        let flows = type("flows", "flows")
        let named = type("flows/named", "y/{parent}/z")
        let deep = type("flows/named/deep", "deep")

        let request = deep.request(
            below: [(flows, Array("a".utf8)), (named, Array("b".utf8))], tenant: "t")

        #expect(request.path == "y/a/z/b/deep")
    }

    @Test func `an object of Azure is asked for there, and a part of an unknown object nowhere`() {
        let azure = type("groups", "groups", service: .azure(apiVersion: "2021-04-01"))
        let part = type("parts", "{parent/}/parts", walks: [azure])

        let request = GraphResource.request(of: [(azure, Array("g".utf8))], tenant: "t")

        #expect(request?.service == .azure(apiVersion: "2021-04-01"))
        #expect(request?.query == [.init("api-version", "2021-04-01")])
        #expect(GraphResource.request(of: [(part, Array("p".utf8))], tenant: "t") == nil)
    }
}
