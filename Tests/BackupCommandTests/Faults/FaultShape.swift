import GraphCatalog
import Testing

/// A type of each shape, read from ``FaultScene``'s tenant.
enum FaultShape: String, CaseIterable, CustomTestStringConvertible {
    /// Three pages.
    case collection
    /// One object.
    case singleton
    /// One file for several objects, two pages.
    case file
    /// Below other objects, in batches; some go on with a second page.
    case children
    /// The batches themselves.
    case envelope
    /// Below the children of other objects.
    case grandchildren
    /// A filter leaves the others out; two pages.
    case narrowed
    /// Its objects come with a list that was expanded into them; two pages.
    case expanded
    /// Of Azure: what every subscription of a list has; some go on with a second page.
    case walk
    /// Of Graph: what every object of a list has, two pages each.
    case parts

    var testDescription: String { rawValue }

    /// The type that faults strike.
    var type: String {
        switch self {
        case .collection: "users"
        case .singleton: "authorizationPolicy"
        case .file: "organization"
        case .children, .envelope: "groups/owners"
        case .grandchildren: "reviews/instances/reviewers"
        case .narrowed: "groups"
        case .expanded: "accessPackages"
        case .walk: "rights"
        case .parts: "reviewers"
        }
    }

    /// Where faults strike it.
    var paths: [String] {
        switch self {
        case .collection: ["users"]
        case .singleton: ["policies/authorizationPolicy"]
        case .file: ["organization"]
        case .children: FaultScene.groups.map { "groups/\($0)/owners" }
        case .envelope: ["$batch"]
        case .grandchildren, .parts:
            FaultScene.reviews.map {
                "\(FaultScene.definitions)/\($0)/instances/\($0)-1/contactedReviewers"
            }
        case .narrowed: ["groups"]
        case .expanded: [FaultScene.packages]
        case .walk:
            FaultScene.subscriptions.map {
                "arm/subscriptions/\($0)/providers/Microsoft.Authorization/roleAssignments"
            }
        }
    }

    var hasPages: Bool { self != .singleton && self != .envelope }

    /// Its root type, and one beside it that no fault strikes.
    var selection: [SelectedResource] { [root, SelectedResource(Self.domains)] }

    private var root: SelectedResource {
        switch self {
        case .collection: SelectedResource(Self.users)
        case .singleton: SelectedResource(Self.policy)
        case .file: SelectedResource(Self.organization)
        case .children, .envelope: Self.whole(Self.groups)
        case .grandchildren: Self.whole(Self.reviews)
        case .narrowed: SelectedResource(Self.groups, filter: Self.groups.narrowings[0])
        case .expanded: SelectedResource(Self.packages)
        case .walk: SelectedResource(Self.rights)
        case .parts: SelectedResource(Self.reviewers)
        }
    }

    private static func whole(_ resource: GraphResource) -> SelectedResource {
        SelectedResource(resource, children: resource.children.map(whole))
    }
}

/// The catalog of these tests: small, and not the program's, whose types come and go.
extension FaultShape {
    private static func resource(
        _ name: String, _ version: GraphResource.Version = .v1, path: String,
        answer: GraphResource.Answer = .collection, folder: String, expand: String? = nil,
        isAdvanced: Bool = false, narrowings: [Narrowing] = [], children: [GraphResource] = []
    ) -> GraphResource {
        GraphResource(
            name, version: version, path: path, answer: answer, folder: folder, groups: ["All"],
            permissions: Permissions("Directory.Read.All"), expand: expand,
            isAdvanced: isAdvanced, narrowings: narrowings, children: children)
    }

    private static let packages = resource(
        "accessPackages", .beta, path: FaultScene.packages, folder: "AccessPackages",
        expand: "accessPackageResourceRoleScopes")
    static let domains = resource("domains", path: "domains", folder: "Domains")
    private static let users = resource("users", path: "users", folder: "Users")
    private static let policy = resource(
        "authorizationPolicy", path: "policies/authorizationPolicy", answer: .object,
        folder: "Policies/AuthorizationPolicy")
    private static let organization = resource(
        "organization", path: "organization", folder: "Organization/Organization.json")
    private static let groups = resource(
        "groups", path: "groups", folder: "Groups", isAdvanced: true,
        narrowings: [
            Narrowing(
                groups: ["Config"], filter: "groupTypes/any(c:c eq 'DynamicMembership')",
                covers: .array(member: "groupTypes", contains: "DynamicMembership"))
        ],
        children: [resource("groups/owners", path: "owners", folder: "Owners")])
    private static let reviews = resource(
        "reviews", path: FaultScene.definitions, folder: "Reviews",
        children: [
            resource(
                "reviews/instances", path: "instances", folder: "",
                children: [
                    resource(
                        "reviews/instances/reviewers", path: "contactedReviewers",
                        folder: "Reviewers")
                ])
        ])
    private static let reviewers = GraphResource(
        "reviewers",
        path: "\(FaultScene.definitions)/{parent}/instances/{parent}-1/contactedReviewers",
        folder: "Reviewers", placement: .flat,
        walks: [resource("definitions", path: FaultScene.definitions, folder: "")],
        groups: ["All"], permissions: Permissions("Directory.Read.All"))
    private static let rights = GraphResource(
        "rights", service: .azure(apiVersion: "2022-04-01"),
        path: "{parent/}/providers/Microsoft.Authorization/roleAssignments", folder: "Rights",
        placement: .flat,
        walks: [
            GraphResource(
                "subscriptions", service: .azure(apiVersion: "2022-12-01"), path: "subscriptions",
                folder: "", groups: [], permissions: Permissions("Directory.Read.All"),
                bucket: .azure)
        ], groups: ["All"], permissions: Permissions("Directory.Read.All"), bucket: .azure,
        idMember: "name")
}
