/// One type of the catalog: where Graph keeps its objects, and where the backup does.
///
/// A declaration is data. Whatever a type needs is a property that others can use; no code asks for
/// a type by its name.
package struct GraphResource: Sendable {
    /// What an answer to the type's request holds.
    package enum Answer: Sendable {
        /// `{"value": [item, …], "@odata.nextLink"?: …}`, page after page.
        case collection
        /// The object itself.
        case object
    }

    package enum Version: String, Sendable {
        case v1 = "v1.0"
        case beta
    }

    /// The word for the type in arguments, records and messages, such as `users`. A child's word is
    /// its parent's and its own: `groups/members`.
    package let name: String
    package let version: Version
    /// Below the version, without a leading slash: `identity/conditionalAccess/policies`. Of a
    /// child: below its parent's object (`members` asks for `groups/{id}/members`). `{tenant}`
    /// stands for the tenant's ID.
    package let path: String
    package let answer: Answer
    /// Below the root of the backup. Ends in `.json` if one file holds the whole answer. Of a
    /// child: below the folder of its parent's object.
    package let folder: String
    /// The words of EntraExporter's `-Type` that choose this type.
    package let groups: [String]
    package let permissions: Permissions
    package let bucket: ThrottleBucket
    /// Resource units of one request before Graph's modifiers ("Microsoft Graph throttling limits").
    package let cost: Int
    package let select: [String]
    package let expand: String?
    /// Objects a page. `nil` leaves it to the service.
    package let top: Int?
    /// An advanced query: `ConsistencyLevel: eventual` and `$count=true` go with it.
    package let isAdvanced: Bool
    /// Smaller reads of the type that some groups ask for.
    package let narrowings: [Narrowing]
    /// The member that names an object.
    package let idMember: String
    /// Members left out of the backup, as paths: `state.lastActionDateTime`,
    /// `assignedPlans.assignedDateTime` (through arrays).
    package let volatile: [String]
    /// Members left out of some objects only.
    package let reductions: [Reduction]
    /// Members whose text is a secret though their name does not say so, as paths.
    package let secrets: [String]
    /// Array members whose order means nothing, as paths.
    package let sets: [String]
    package let children: [GraphResource]

    package init(
        _ name: String,
        version: Version = .v1,
        path: String,
        answer: Answer = .collection,
        folder: String,
        groups: [String],
        permissions: Permissions,
        bucket: ThrottleBucket = .directory,
        cost: Int = 1,
        select: [String] = [],
        expand: String? = nil,
        top: Int? = nil,
        isAdvanced: Bool = false,
        narrowings: [Narrowing] = [],
        idMember: String = "id",
        volatile: [String] = [],
        reductions: [Reduction] = [],
        secrets: [String] = [],
        sets: [String] = [],
        children: [GraphResource] = []
    ) {
        self.name = name
        self.version = version
        self.path = path
        self.answer = answer
        self.folder = folder
        self.groups = groups
        self.permissions = permissions
        self.bucket = bucket
        self.cost = cost
        self.select = select
        self.expand = expand
        self.top = top
        self.isAdvanced = isAdvanced
        self.narrowings = narrowings
        self.idMember = idMember
        self.volatile = volatile
        self.reductions = reductions
        self.secrets = secrets
        self.sets = sets
        self.children = children
    }

    /// Whether one file holds the whole answer, as `Organization/Organization.json` does.
    package var isSingleFile: Bool { folder.hasSuffix(".json") }

    /// What stands in for a missing ID: the last component of the folder, as EntraExporter has it
    /// (`Policies/CrossTenantAccessPolicy/Default/Default/Default.json`).
    package var fallbackID: String {
        (folder.split(separator: "/").last ?? path.split(separator: "/").last).map(String.init)
            ?? name
    }
}

/// The permissions one type needs, each of them enough to read.
package struct Permissions: Sendable {
    /// For app-only sign-in; empty if Graph offers none.
    package let application: [String]
    /// For a signed-in person.
    package let delegated: [String]

    package init(application: [String], delegated: [String]) {
        self.application = application
        self.delegated = delegated
    }

    /// Permissions with one name for both kinds of sign-in.
    package init(_ both: String...) {
        self.init(application: both, delegated: both)
    }
}

/// A smaller read of a type, used when only `groups` chose it.
package struct Narrowing: Sendable {
    package let groups: [String]
    /// The `$filter`; also the scope in the run record.
    package let filter: String
    /// What the filter says, for objects already in the backup.
    package let covers: Condition

    package init(groups: [String], filter: String, covers: Condition) {
        self.groups = groups
        self.filter = filter
        self.covers = covers
    }

    /// A statement about one member of an object.
    package enum Condition: Sendable {
        case array(member: String, contains: String)
    }
}

/// Requests that share one of Graph's throttle limits ("Microsoft Graph throttling limits").
package enum ThrottleBucket: String, Sendable, CaseIterable {
    /// Identity and access: resource units.
    case directory
    /// `auditLogs` and identity reports: 5 requests in 10 s.
    case audit
    /// Conditional access and named locations: one request a second, all apps together.
    case conditionalAccess
}
