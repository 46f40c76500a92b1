import GraphCatalog
import Testing

struct SelectionTests {
    private func names(_ selection: Selection) -> [String] {
        selection.resources.flatMap(names)
    }

    private func names(_ selected: SelectedResource) -> [String] {
        [selected.resource.name] + selected.children.flatMap(names)
    }

    private func groups(in selection: Selection) throws -> SelectedResource {
        try #require(selection.resources.first { $0.resource.name == "groups" })
    }

    @Test func `no word at all means Config`() throws {
        let selection = try Selection()

        #expect(try names(selection) == names(Selection(types: ["Config"])))
        #expect(names(selection).contains("organization"))
        #expect(!names(selection).contains("users"))
    }

    @Test func `Config reads only the dynamic groups, with their owners`() throws {
        let groups = try groups(in: Selection(types: ["Config"]))

        #expect(groups.filter?.filter == "groupTypes/any(c:c eq 'DynamicMembership')")
        #expect(groups.children.map(\.resource.name) == ["groups/owners"])
    }

    @Test(arguments: [
        ["All"], ["Config", "Groups"], ["groups"], ["config", "GROUPS"], ["Config", "All"],
        ["groups/members", "groups/owners"],
    ])
    func `whoever needs all groups reads all groups`(types: [String]) throws {
        let groups = try groups(in: Selection(types: types))

        #expect(groups.filter == nil)
        #expect(groups.children.map(\.resource.name) == ["groups/owners", "groups/members"])
    }

    @Test func `All is the whole catalog, in its order`() throws {
        let all = GraphResource.all.filter { $0.groups.contains("All") }

        #expect(try names(Selection(types: ["all"])) == all.flatMap(\.family).map(\.name))
    }

    @Test func `a group brings only the children that belong to it`() throws {
        #expect(try names(Selection(types: ["SKUs"])) == ["subscribedSkus"])
        #expect(
            try names(Selection(types: ["ExchangeRoles"])) == [
                "exchangeRoleDefinitions", "exchangeRoleAssignments",
            ])
    }

    @Test func `a group that only children belong to brings their parent`() throws {
        let governance = try names(Selection(types: ["Governance"]))

        #expect(!GraphResource.connectedOrganizations.groups.contains("Governance"))
        #expect(governance.contains("connectedOrganizations/externalSponsors"))
        #expect(governance.contains("connectedOrganizations"))
    }

    @Test func `what B2C tenants have is in All only where the exporter has it there`() throws {
        let all = try names(Selection(types: ["All"]))
        let b2c = try names(Selection(types: ["B2C"]))

        #expect(!all.contains("b2cUserFlows") && !all.contains("userFlowAttributes"))
        #expect(
            b2c.filter { !$0.contains("/") } == ["userFlows", "userFlowAttributes", "b2cUserFlows"])
    }

    @Test func `a named type brings all its children`() throws {
        let reviews = try names(Selection(types: ["accessreviews"]))

        #expect(
            reviews == [
                "accessReviews", "accessReviews/instances",
                "accessReviews/instances/contactedReviewers",
            ])
    }

    @Test func `a named child brings what it stands below, whole, and nothing else`() throws {
        let selection = try Selection(types: ["groups/owners"])

        #expect(names(selection) == ["groups", "groups/owners"])
        #expect(try groups(in: selection).filter == nil)
    }

    @Test func `an excluded word takes away all it means`() throws {
        let all = try names(Selection(types: ["All"], excluding: ["devices", "groups/members"]))

        #expect(!all.contains("devices") && !all.contains("groups/members"))
        #expect(all.contains("groups/owners") && all.contains("users"))
        #expect(try names(Selection(types: ["users"], excluding: ["USERS"])).isEmpty)
        let noPolicies = try names(Selection(excluding: ["Policies"]))
        #expect(!noPolicies.contains("authorizationPolicy"))
        #expect(noPolicies.contains("conditionalAccessPolicies"))
    }

    @Test(arguments: ["Governance", "accessReviews", "ACCESSREVIEWS"])
    func `what is excluded goes with its children, whatever chose it`(word: String) throws {
        let types = ["All", "accessReviews", "accessReviews/instances/contactedReviewers"]

        let left = try names(Selection(types: types, excluding: [word]))

        #expect(left.count > 40 && !left.contains { $0.hasPrefix("accessReviews") })
    }

    @Test func `an excluded child goes with what is below it, and its parent stays`() throws {
        let left = try names(
            Selection(types: ["accessReviews"], excluding: ["accessReviews/instances"]))

        #expect(left == ["accessReviews"])
    }

    @Test func `an excluded group takes every type away that belongs to it`() throws {
        let left = try Selection(types: ["All", "groups"], excluding: ["Config"]).resources

        #expect(!left.isEmpty)
        for selected in left { #expect(!selected.resource.groups.contains("Config")) }
    }

    @Test
    func `an excluded group takes children away that belong to it, and no parent that does not`()
        throws
    {
        let child = GraphResource(
            "a/b", path: "b", folder: "B", groups: ["Small"], permissions: Permissions("X.Read"))
        let parent = GraphResource(
            "a", path: "a", folder: "A", groups: ["All"], permissions: Permissions("X.Read"),
            children: [child])

        let selection = try Selection(types: ["a"], excluding: ["small"], from: [parent])

        #expect(names(selection) == ["a"])
    }

    @Test func `cloud-only reads only the users and groups that are not synchronised`() throws {
        let selection = try Selection(types: ["All"], cloudOnly: true)

        let narrowed = selection.resources.filter { $0.filter != nil }
        #expect(narrowed.map(\.resource.name) == ["users", "groups"])
        for selected in narrowed {
            #expect(selected.filter?.filter == "onPremisesSyncEnabled ne true")
            #expect(selected.filter?.isAdvanced == true)
        }
        #expect(try names(selection) == names(Selection(types: ["All"])))
    }

    @Test func `cloud-only and Config together read only dynamic groups that are not synchronised`()
        throws
    {
        let filter = try #require(
            try groups(in: Selection(types: ["Config"], cloudOnly: true)).filter)

        #expect(
            filter.filter
                == "groupTypes/any(c:c eq 'DynamicMembership') and onPremisesSyncEnabled ne true")
        #expect(filter.isAdvanced)
        guard case .both(let conditions) = filter.covers else {
            Issue.record("Only one of the two is covered")
            return
        }
        #expect(conditions.count == 2)
    }

    @Test(arguments: ["groups", "groups/members", "Groups"])
    func `cloud-only holds however the groups were chosen`(word: String) throws {
        let selection = try Selection(types: [word, "Config"], cloudOnly: true)

        #expect(
            try groups(in: selection).filter?.filter == "onPremisesSyncEnabled ne true")
    }

    @Test(arguments: [
        ("user", "users"), ("confg", "Config"), ("namedLocation", "namedLocations"),
        ("group/member", "groups/members"), ("organisation", "organization"), ("pimm", "PIM"),
    ])
    func `an unknown word names the nearest known one`(word: String, nearest: String) {
        let error = #expect(throws: UnknownWord.self) { try Selection(types: ["All", word]) }
        #expect(error?.word == word)
        #expect(error?.nearest == nearest)
        let excluded = #expect(throws: UnknownWord.self) { try Selection(excluding: [word]) }
        #expect(excluded?.nearest == nearest)
    }

    @Test func `every word chooses something`() throws {
        for word in Selection.words() {
            #expect(try !names(Selection(types: [word])).isEmpty, "\(word)")
        }
    }
}

extension SelectionTests {
    @Test(arguments: [
        (["All"], false), (["IAM"], true), (["all", "pim"], true), (["azureRoleAssignments"], true),
    ])
    func `a type is named by any word that does not mean all`(
        words: [String], isNamed: Bool
    ) throws {
        let azure = try Selection(types: words).resources.filter { $0.resource.service.isAzure }

        #expect(azure.contains { $0.isNamed } == isNamed)
        #expect(!azure.isEmpty)
    }
}
