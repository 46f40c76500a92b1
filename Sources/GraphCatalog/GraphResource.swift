/// One type of the catalog: where Graph keeps its objects, and where the backup does.
///
/// A declaration is data. Whatever a type needs is a property that others can use; no code asks for
/// a type by its name.
package struct GraphResource: Sendable {
    /// What an answer to the type's request holds.
    package enum Answer: String, Sendable, CaseIterable {
        /// `{"value": [item, …], "@odata.nextLink"?: …}`, page after page.
        case collection
        /// The object itself.
        case object
    }

    package enum Version: String, Sendable, CaseIterable {
        case v1 = "v1.0"
        case beta
    }

    /// The word for the type in arguments, records and messages, such as `users`. A child's word is
    /// its parent's and its own: `groups/members`.
    package let name: String
    package let service: Service
    package let version: Version
    /// Below the version, without a leading slash: `identity/conditionalAccess/policies`. Of a
    /// child: below its parent's object (`members` asks for `groups/{id}/members`), unless it or
    /// ``filter`` names that object. `{tenant}` stands for the tenant's ID, `{parent}` for the
    /// parent's, `{parent/}` for one that is a path itself, slashes and all.
    package let path: String
    package let answer: Answer
    /// What Azure Resource Graph is asked, in Kusto; it must project `id`, or all rows but the first
    /// page's are lost. `nil` for a plain read.
    package let rows: String?
    /// Below the root of the backup. Ends in `.json` if one file holds the whole answer. Of a
    /// child: below the folder of its parent's object.
    package let folder: String
    /// Of children and single files: ``Placement/folder``.
    package let placement: Placement
    /// Lists whose every object is asked for its part of this type. They are read for that alone
    /// and not backed up. With them, `{parent}` is one of their objects. A list may have walks of
    /// its own; then it is what they lead to.
    package let walks: [GraphResource]
    /// Of a walked list: its objects are parts themselves, not asked for any.
    package let isPart: Bool
    /// Of a walked list: the `$filter` its objects are asked with instead of the type's own.
    package let partFilter: String?
    /// Of a walked list: what the IDs of the objects look like that are asked, part by part between
    /// slashes, as in a ``FileTemplate``. `nil` if all are.
    package let idForm: String?
    /// The words of EntraExporter's `-Type` that choose this type.
    package let groups: [String]
    package let permissions: Permissions
    /// Why app-only sign-in cannot read it, a sentence without its stop. `nil` if it can.
    package let appOnly: String?
    package let bucket: ThrottleBucket
    /// Whether its objects are the users whose number decides how much the service allows.
    package let countsUsers: Bool
    /// Resource units of one request before Graph's modifiers ("Microsoft Graph throttling limits").
    package let cost: Int
    package let select: [String]
    /// The `$filter` of every read. `{parent}` stands for the parent's ID, quoted for a string.
    package let filter: String?
    package let expand: String?
    /// Objects a page. `nil` leaves it to the service.
    package let top: Int?
    /// An advanced query: `ConsistencyLevel: eventual` and `$count=true` go with it.
    package let isAdvanced: Bool
    /// Sent besides those that go with every request.
    package let headers: [GraphRequest.Parameter]
    /// Codes, or words of the message, of errors that say that the tenant does not have this.
    package let unavailable: [String]
    /// Codes, or words of the message, of errors that say that there is nothing: no children of this
    /// parent, no object of a type that has one at most.
    package let empty: [String]
    /// Smaller reads of the type that are enough on some occasions.
    package let narrowings: [Narrowing]
    /// The member that names an object. Of a walked list it may be a path: `properties.scope`.
    package let idMember: String
    /// IDs of a list's objects, each asked for by itself where Graph does not give the list.
    package let knownIDs: [String]
    /// Members that are IDs behind a path that is spelled otherwise in each listing, as paths:
    /// `properties.roleDefinitionId`. Only the ID is kept, in lower case.
    package let lastParts: [String]
    /// Members left out of the backup, as paths: `state.lastActionDateTime`,
    /// `assignedPlans.assignedDateTime` (through arrays).
    package let volatile: [String]
    /// Members that the service has besides, and why they are not in the backup.
    package let leftOut: [LeftOutMembers]
    /// Members that are read only where a permission of their own is there.
    package let permitted: [PermittedMember]
    /// Lists of members that applications have added to the type's objects.
    package let memberLists: [MemberList]
    /// Members that are read from lists of their own.
    package let separate: [SeparateMember]
    /// Members left out of some objects only.
    package let reductions: [Reduction]
    /// Members whose text is a secret though their name does not say so, as paths.
    package let secrets: [String]
    /// Array members whose order means nothing, as paths.
    package let sets: [String]
    /// Members with names in one text, commas between, whose order means nothing, as paths.
    package let flags: [String]
    /// Of a walked list: others, of which one must have an object for an empty answer to be believed.
    /// A service may answer with an empty list whoever is permitted nothing.
    package let witnesses: [GraphResource]
    /// Names of audit activities that change the type's objects, where the audit log does not know
    /// their IDs.
    package let auditActivities: [String]
    /// What the audit log calls one object, in lower case: `user` in `Add user` and `Delete user`.
    package let auditNouns: [String]
    /// How the audit log names the type's objects where it does not know their IDs; any is enough.
    package let evidence: [Evidence]
    /// The log that tells who changed the type's objects.
    package let audit: AuditSource
    /// Members, as paths, with other IDs by which the log knows an object.
    package let auditIDs: [String]
    /// Of objects that act: the member with another ID by which logs know them.
    package let actorID: String?
    /// Where an object says itself who made it.
    package let authorship: Authorship?
    package let children: [GraphResource]

    package init(
        _ name: String,
        service: Service = .graph,
        version: Version = .v1,
        path: String,
        answer: Answer = .collection,
        rows: String? = nil,
        folder: String,
        placement: Placement = .folder,
        walks: [GraphResource] = [],
        isPart: Bool = false,
        partFilter: String? = nil,
        idForm: String? = nil,
        groups: [String],
        permissions: Permissions,
        appOnly: String? = nil,
        bucket: ThrottleBucket = .directory,
        countsUsers: Bool = false,
        cost: Int = 1,
        select: [String] = [],
        filter: String? = nil,
        expand: String? = nil,
        top: Int? = nil,
        isAdvanced: Bool = false,
        headers: [GraphRequest.Parameter] = [],
        unavailable: [String] = [],
        empty: [String] = [],
        narrowings: [Narrowing] = [],
        idMember: String = "id",
        knownIDs: [String] = [],
        lastParts: [String] = [],
        volatile: [String] = [],
        leftOut: [LeftOutMembers] = [],
        permitted: [PermittedMember] = [],
        memberLists: [MemberList] = [],
        separate: [SeparateMember] = [],
        reductions: [Reduction] = [],
        secrets: [String] = [],
        sets: [String] = [],
        flags: [String] = [],
        witnesses: [GraphResource] = [],
        auditActivities: [String] = [],
        auditNouns: [String] = [],
        evidence: [Evidence] = [],
        audit: AuditSource = .directory,
        auditIDs: [String] = [],
        actorID: String? = nil,
        authorship: Authorship? = nil,
        children: [GraphResource] = []
    ) {
        self.name = name
        self.service = service
        self.version = version
        self.path = path
        self.answer = answer
        self.rows = rows
        self.folder = folder
        self.placement = placement
        self.walks = walks
        self.isPart = isPart
        self.partFilter = partFilter
        self.idForm = idForm
        self.groups = groups
        self.permissions = permissions
        self.appOnly = appOnly
        self.bucket = bucket
        self.countsUsers = countsUsers
        self.cost = cost
        self.select = select
        self.filter = filter
        self.expand = expand
        self.top = top
        self.isAdvanced = isAdvanced
        self.headers = headers
        self.unavailable = unavailable
        self.empty = empty
        self.narrowings = narrowings
        self.idMember = idMember
        self.knownIDs = knownIDs
        self.lastParts = lastParts
        self.volatile = volatile
        self.leftOut = leftOut
        self.permitted = permitted
        self.memberLists = memberLists
        self.separate = separate
        self.reductions = reductions
        self.secrets = secrets
        self.sets = sets
        self.flags = flags
        self.witnesses = witnesses
        self.auditActivities = auditActivities
        self.auditNouns = auditNouns
        self.evidence = evidence
        self.audit = audit
        self.auditIDs = auditIDs
        self.actorID = actorID
        self.authorship = authorship
        self.children = children
    }

    /// Whether one file holds the whole answer, as `Organization/Organization.json` does.
    package var isSingleFile: Bool { folder.hasSuffix(".json") }

    /// Whether each object has a folder of its own.
    package var hasFolders: Bool {
        if case .folder = placement { return !isSingleFile }
        return false
    }

    /// Whether the request of a child or of a walked type says by itself which object it is for.
    package var namesParent: Bool {
        path.contains("{parent") || filter?.contains("{parent}") ?? false
    }

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

    /// A permission that Graph offers for signed-in people only.
    package init(delegated: String...) {
        self.init(application: [], delegated: delegated)
    }

    /// Permissions with one name for both kinds of sign-in.
    package init(_ both: String...) {
        self.init(application: both, delegated: both)
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
    /// Intune: 1,000 requests in 20 s.
    case intune
    /// Azure Resource Manager.
    case azure
    /// Azure Resource Graph: 15 queries in 5 s.
    case azureResourceGraph
}
