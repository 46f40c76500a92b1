/// What the service knows about one path: who may read it, what it costs, how it pages.
///
/// Written from the service's documentation, independently of any client's list.
struct ResourceType: Sendable {
    /// Path segments; `{id}` stands for any one segment.
    let pattern: [String]
    let shape: Shape
    /// The entity's name without its namespace, such as `user`.
    let entity: String
    /// Application permissions, each of them enough. Empty: no application may read it.
    let permissions: [String]
    /// More permissions that are enough for a signed-in person.
    let delegated: [String]
    let versions: Set<String>
    let bucket: Bucket
    let cost: Int
    let paging: Paging
    /// A list is answered only with a `$filter` that fixes all paths of one of these sets.
    let filters: [Set<String>]
    /// The code of the 404 that stands for an empty list.
    let absence: String?
    /// It is asked by POST, and answers with a list.
    let isAction: Bool
    /// Entities that v1.0 leaves out of the list, unless it is an advanced query.
    ///
    /// <https://learn.microsoft.com/graph/api/group-list-members>
    let leftOut: Set<String>

    enum Shape: Sendable {
        case collection
        /// A collection whose entries are objects of other collections, such as members.
        case references
        case singleton
    }

    /// The throttle limit a request counts against.
    enum Bucket: String, Sendable, CaseIterable {
        case directory, audit, conditionalAccess, keyCredentials, intune
    }

    struct Paging: Sendable {
        var size: Int
        var maximum: Int
        /// What happens to a `$top` above the maximum.
        var excess: Excess

        enum Excess { case refused, clamped }

        static let directory = Paging(size: 100, maximum: 999, excess: .refused)
        static let audit = Paging(size: 1000, maximum: 1000, excess: .clamped)
        static let onePage = Paging(size: .max, maximum: .max, excess: .clamped)
    }

    init(
        _ path: String, _ shape: Shape = .collection, of entity: String = "entity",
        needs permissions: String, only versions: String = "v1.0 beta",
        delegated: String = "", bucket: Bucket = .directory, cost: Int = 1,
        paging: Paging = .directory, filters: [Set<String>] = [], absence: String? = nil,
        leavingOut leftOut: Set<String> = [], isAction: Bool = false
    ) {
        pattern = path.split(separator: "/").map(String.init)
        self.shape = shape
        self.entity = entity
        self.permissions = permissions.split(separator: " ").map(String.init)
        self.delegated = delegated.split(separator: " ").map(String.init)
        self.versions = Set(versions.split(separator: " ").map(String.init))
        self.bucket = bucket
        self.cost = cost
        self.paging = paging
        self.filters = filters
        self.absence = absence
        self.leftOut = leftOut
        self.isAction = isAction
    }

    /// Intune's own log of who changed what.
    var isIntuneLog: Bool { entity == "auditEvent" }

    /// Objects of the directory itself, for which the rules of advanced queries hold.
    var isDirectory: Bool {
        let names: Set = [
            "user", "group", "application", "servicePrincipal", "device", "orgContact",
            "administrativeUnit", "directoryRole", "directoryObject",
        ]
        return names.contains(entity) && paging.maximum == 999 || entity == "directoryRole"
    }
}

/// Where a request's path leads.
struct Route: Sendable {
    let type: ResourceType
    /// The collection or singleton, with canonical names and the IDs as they were sent.
    let path: TenantPath
    let target: Target

    enum Target: Sendable, Equatable {
        /// The collection or singleton itself.
        case whole
        case object(JSONText)
        case count
    }
}

/// The place of a collection, a singleton or an object in a tenant.
struct TenantPath: Sendable, Hashable {
    var segments: [[UInt8]]

    init(segments: [[UInt8]] = []) { self.segments = segments }

    /// Reads a path whose IDs hold no slash.
    init(_ text: String) { segments = text.split(separator: "/").map { Array($0.utf8) } }

    func appending(_ segment: [UInt8]) -> TenantPath { TenantPath(segments: segments + [segment]) }

    func appending(_ text: JSONText) -> TenantPath { appending(text.decoded) }

    func isBelow(_ other: TenantPath) -> Bool {
        segments.count > other.segments.count && segments.starts(with: other.segments)
    }

    var text: String {
        segments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
    }
}

extension ResourceType {
    /// Returns the path below the version as decoded segments. Empty segments are dropped, so `//`
    /// is `/`; `users('id')` is `users/id`.
    static func segments(_ path: some StringProtocol) -> [[UInt8]] {
        path.split(separator: "/").flatMap { raw -> [[UInt8]] in
            let segment = percentDecoded(raw)
            let open = Array("('".utf8)
            guard segment.suffix(2) == Array("')".utf8)[...],
                let start = segment.indices.first(where: { segment[$0...].starts(with: open) })
            else { return [segment] }
            return [Array(segment[..<start]), Array(segment[(start + 2)..<(segment.count - 2)])]
        }
    }

    /// Finds the type a path leads to.
    ///
    /// - Throws: 400 for a segment that the version does not have.
    static func route(
        _ segments: [[UInt8]], version: String
    ) throws(GraphFailure) -> Route {
        var longest = 0
        for type in all where type.versions.contains(version) {
            let common = type.match(segments)
            longest = max(longest, common)
            guard common == type.pattern.count else { continue }
            if let route = type.route(segments) { return route }
        }
        let culprit = segments[min(longest, segments.count - 1)]
        throw .noSegment(String(decoding: culprit, as: UTF8.self))
    }

    /// How many segments from the left fit the pattern.
    private func match(_ segments: [[UInt8]]) -> Int {
        var count = 0
        for (wanted, found) in zip(pattern, segments) {
            guard wanted == "{id}" || Self.equal(wanted, found) else { break }
            count += 1
        }
        return count
    }

    private static func equal(_ name: String, _ segment: [UInt8]) -> Bool {
        name.utf8.count == segment.count
            && zip(name.utf8, segment).allSatisfy { $0 | 0x20 == $1 | 0x20 }
    }

    private func route(_ segments: [[UInt8]]) -> Route? {
        let path = TenantPath(
            segments: zip(pattern, segments).map { $0 == "{id}" ? $1 : Array($0.utf8) })
        let rest = segments.dropFirst(pattern.count)
        guard let last = rest.first else { return Route(type: self, path: path, target: .whole) }
        guard rest.count == 1, shape != .singleton else { return nil }
        if last == Array("$count".utf8) { return Route(type: self, path: path, target: .count) }
        guard shape == .collection else { return nil }
        return Route(type: self, path: path, target: .object(JSONText(bytes: last)))
    }
}
