import CanonicalJSON
import GraphCatalog

/// Members that are asked for besides those that the catalog selects: what applications have added,
/// and what needs a permission of its own.
struct OptionalMembers: Sendable {
    /// What objects in the backup had of it before.
    private let before: Set<String>
    /// What was read, by the names in the catalog.
    private(set) var read: Set<String> = []
    /// What was not, for want of a permission.
    private(set) var notRead: Set<String> = []

    init(before: Set<String> = []) {
        self.before = before
    }

    /// The first that was read before and cannot be read any more.
    var lost: String? { before.intersection(notRead).min() }

    /// What objects in the backup have of it after the run; `nil` if nothing.
    func members(after outcome: TypeRecord.Outcome) -> [String]? {
        let members = outcome == .complete ? read : before
        return members.isEmpty ? nil : members.sorted()
    }

    func membersNotRead(after outcome: TypeRecord.Outcome) -> [String]? {
        outcome == .complete && !notRead.isEmpty ? notRead.sorted() : nil
    }

    mutating func note(_ name: String, isRead: Bool) {
        if isRead { read.insert(name) } else { notRead.insert(name) }
    }
}

extension TenantReader {
    /// Returns the names of the members to select besides, in byte order.
    ///
    /// - Throws: also if something cannot be read that was read before: without it, every object
    ///   that has it would seem to have lost it.
    func membersBesides(_ reading: inout TypeReading) async throws(BackupError) -> [String] {
        let resource = reading.resource
        reading.optional = OptionalMembers(before: Set(previousMembers[resource.name] ?? []))
        var names: Set<String> = []
        for list in resource.memberLists {
            let found = try await members(in: list, &reading)
            reading.optional.note(list.name, isRead: found != nil)
            names.formUnion(found ?? [])
        }
        if !resource.permitted.isEmpty {
            let held = try await held()
            for member in resource.permitted {
                let isRead = member.isPermitted(by: held)
                reading.optional.note(member.name, isRead: isRead)
                if isRead { names.insert(member.name) }
            }
        }
        try refuseIfLost(reading)
        return names.subtracting(resource.select).sorted()
    }

    /// - Throws: if something cannot be read that was read before.
    func refuseIfLost(_ reading: TypeReading) throws(BackupError) {
        guard let lost = reading.optional.lost else { return }
        let resource = reading.resource
        let needed = resource.permittedMembers.first { $0.name == lost }?.permissions
        throw .source(
            GraphError(
                .other,
                "\(lost) cannot be read any more: the permission "
                    + (needed ?? resource.permissions.application).joined(separator: " or ")
                    + " is missing, or the service does not have it any more",
                hint: "Grant the permission in Entra and consent to it, then run the backup again. "
                    + "If the service does not have it any more, run the backup once with "
                    + "--accept-deletions.")
        )
    }

    func held() async throws(BackupError) -> Set<String> {
        do throws(GraphError) { return try await source.permissions() ?? [] } catch {
            throw .source(error)
        }
    }

    /// Returns the names of the members in a list, or `nil` if nobody here may read it.
    private func members(
        in list: MemberList, _ reading: inout TypeReading
    ) async throws(BackupError) -> Set<String>? {
        do throws(BackupError) {
            let entries = try await objects(of: list.request, &reading).filter { entry in
                entry[list.targets]?.array?.contains { $0.string == list.target } ?? false
            }
            guard let owner = list.owner, !entries.isEmpty else {
                return Set(entries.compactMap { $0[list.member]?.string })
            }
            let owners = try await objects(of: owner.request, &reading)
            let known = Set(owners.compactMap { $0[owner.id]?.string?.lowercased() })
            let own = entries.filter { entry in
                entry[owner.member]?.string.map { known.contains($0.lowercased()) } ?? false
            }
            return Set(own.compactMap { $0[list.member]?.string })
        } catch {
            let error = try error.ofOneType
            reading.requests += error.requests
            switch error.kind {
            case .notPermitted: return nil
            // Not every cloud has every list.
            case .notFound, .notAvailable, .empty: return []
            default: throw .source(error)
            }
        }
    }

    /// Returns the objects of a small list.
    func objects(
        of request: GraphRequest, _ reading: inout TypeReading
    ) async throws(BackupError) -> [JSONValue] {
        var objects: [JSONValue] = []
        let flow = PageFlow(source: source) { page throws(BackupError) in
            try ListPage(page, of: request.path)
        }
        try await flow.read(from: .first(request)) { page in
            reading.requests += page.requests
            reading.waited += page.waited
            objects += page.objects
        }
        return objects
    }
}
