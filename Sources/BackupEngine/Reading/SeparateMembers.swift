import CanonicalJSON
import Encodings
import GraphCatalog

/// The members of a type's objects that were read from lists of their own, to be joined to the pages
/// of the type.
///
/// An object of the type that is not in such a list, because it is new or because the list was cut
/// short, is asked for by itself: a member that is missing in a list is never a member that is gone.
///
/// - Memory: for each object 16 bytes, and for each that has the member 48 and what it holds; a
///   reference is 16.
struct SeparateMembers: Sendable {
    private var lists: [MemberValues] = []

    var isEmpty: Bool { lists.isEmpty }

    mutating func append(_ values: MemberValues) { lists.append(values) }

    /// Returns the page with the members in its objects.
    ///
    /// - Cost: the page is parsed once more, and each object that is not known a request.
    func joined(
        to page: GraphPage, by source: some GraphSource
    ) async throws(BackupError) -> GraphPage {
        guard !isEmpty, let root = try? JSONValue(parsing: page.body),
            let objects = root["value"]?.array
        else { return page }
        var body: [UInt8] = []
        body.reserveCapacity(page.body.count + 64 * objects.count)
        var done = 0
        var requests = page.requests
        for object in objects {
            guard let id = object["id"]?.string, let key = GUID(id) else { continue }
            var members: [UInt8] = []
            for list in lists {
                var value = list.value(of: key)
                if !list.holds(key) {
                    value = try await list.asked(id, of: source)
                    requests += 1
                }
                guard let value else { continue }
                members += Array(",".utf8) + quoted(list.member.name) + Array(":".utf8) + value
            }
            guard !members.isEmpty else { continue }
            // Before the brace that ends the object, which has an ID.
            let end = object.range.upperBound - 1
            body += page.body[done..<end] + members
            done = end
        }
        body += page.body[done...]
        return GraphPage(
            body: body, next: page.next, linkName: page.linkName, requests: requests,
            waited: page.waited)
    }
}

/// One member of all objects of a type.
struct MemberValues: Sendable {
    let member: SeparateMember
    private let resource: GraphResource
    /// The objects that were listed; sorted once all are.
    private var objects: [GUID] = []
    /// Those that have the member, and where it lies in ``bytes``.
    private var values: [(object: GUID, range: Range<Int>)] = []
    private var bytes: [UInt8] = []

    init(_ member: SeparateMember, of resource: GraphResource) {
        self.member = member
        self.resource = resource
    }

    mutating func note(_ object: GUID, _ value: [UInt8]?) {
        objects.append(object)
        guard let value else { return }
        values.append((object, bytes.count..<bytes.count + value.count))
        bytes += value
    }

    /// Puts what was noted in order, so that it is found.
    mutating func sort() {
        objects.sort()
        values.sort { $0.object < $1.object }
    }

    func holds(_ object: GUID) -> Bool {
        let place = objects.lowerBound { $0 < object }
        return place < objects.count && objects[place] == object
    }

    /// The member as JSON; `nil` if the object has none, or is not known.
    func value(of object: GUID) -> [UInt8]? {
        let place = values.lowerBound { $0.object < object }
        guard place < values.count, values[place].object == object else { return nil }
        return json(bytes[values[place].range])
    }

    /// The member of one object that was not listed.
    func asked(_ id: String, of source: some GraphSource) async throws(BackupError) -> [UInt8]? {
        do throws(GraphError) {
            let page = try await source.page(.first(member.request(of: resource, id: id))) { _ in }
            guard let object = try? JSONValue(parsing: page.body), object["id"]?.string == id else {
                throw GraphError(.malformed, "\(resource.service.name) answered without the object")
            }
            guard let held = try held(by: object) else { return nil }
            return json(held[...])
        } catch {
            // It was deleted since it was listed.
            guard error.kind != .notFound else { return nil }
            throw .source(error)
        }
    }

    /// What is kept of an object's member: the IDs of references, or the value itself.
    func held(by object: JSONValue) throws(GraphError) -> [UInt8]? {
        guard let value = object[member.name], !value.isNull else { return nil }
        guard member.kind != .value else { return Array(value.bytes) }
        let targets = member.kind == .reference ? [value] : value.array ?? []
        var held: [UInt8] = []
        for target in targets {
            guard let id = target["id"]?.string.flatMap(GUID.init) else {
                throw GraphError(.malformed, "\(member.name) names an object without an ID")
            }
            held += id.bytes
        }
        return held.isEmpty ? nil : held
    }

    private func json(_ held: ArraySlice<UInt8>) -> [UInt8] {
        guard member.kind != .value else { return Array(held) }
        let objects = stride(from: held.startIndex, to: held.endIndex, by: GUID.byteCount).map {
            Array(#"{"id":""#.utf8) + GUID(held[$0..<($0 + GUID.byteCount)]).text.utf8
                + Array(#""}"#.utf8)
        }
        let all = Array(objects.joined(separator: ",".utf8))
        return member.kind == .reference ? all : Array("[".utf8) + all + Array("]".utf8)
    }
}

/// A GUID as a number, in lower case where it becomes text again.
struct GUID: Hashable, Comparable, Sendable {
    static let byteCount = 16
    private let value: UInt128

    /// `nil` if the text is none.
    init?(_ text: String) {
        guard isGUID(text.utf8),
            let value = UInt128(text.filter { $0 != "-" }, radix: 16)
        else { return nil }
        self.value = value
    }

    /// - Parameter bytes: 16 of them.
    init(_ bytes: ArraySlice<UInt8>) { value = bytes.reduce(0) { $0 << 8 | UInt128($1) } }

    var bytes: [UInt8] {
        (0..<Self.byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * (15 - $0))) }
    }

    var text: String {
        let digits = String(value, radix: 16)
        var rest = (String(repeating: "0", count: 32 - digits.count) + digits)[...]
        return [8, 4, 4, 4, 12].map { count in
            defer { rest = rest.dropFirst(count) }
            return String(rest.prefix(count))
        }.joined(separator: "-")
    }

    static func < (one: GUID, other: GUID) -> Bool { one.value < other.value }
}

extension Array {
    /// The first place of a sorted list whose element does not precede what is looked for.
    fileprivate func lowerBound(_ precedes: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if precedes(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension TenantReader {
    /// Reads the members of a type that have lists of their own. One that the application may not
    /// read, or that the service does not have, is noted as not read.
    ///
    /// - Throws: also if it was read before.
    func separateMembers(
        _ reading: inout TypeReading
    ) async throws(BackupError) -> SeparateMembers {
        var all = SeparateMembers()
        for member in reading.resource.separate {
            let values = try await values(of: member, &reading)
            reading.optional.note(member.name, isRead: values != nil)
            if let values { all.append(values) }
        }
        try refuseIfLost(reading)
        return all
    }

    private func values(
        of member: SeparateMember, _ reading: inout TypeReading
    ) async throws(BackupError) -> MemberValues? {
        if !member.permissions.isEmpty {
            let permitted = PermittedMember(member.name, needs: member.permissions)
            guard permitted.isPermitted(by: try await held()) else { return nil }
        }
        do throws(BackupError) {
            return try await list(of: member, &reading)
        } catch {
            let reason = try error.ofOneType
            reading.requests += reason.requests
            switch reason.kind {
            case .notPermitted, .notFound, .notAvailable, .unknownMember, .other: return nil
            default: throw .source(reason)
            }
        }
    }

    private func list(
        of member: SeparateMember, _ reading: inout TypeReading
    ) async throws(BackupError) -> MemberValues {
        let resource = reading.resource
        var values = MemberValues(member, of: resource)
        let request = member.request(of: resource)
        let lists = CutLists(source: source, request: request)
        let flow = PageFlow(source: source) { page throws(BackupError) in
            try ListPage(try await lists.completed(page), of: "The list of \(member.name)")
        }
        try await flow.read(from: .first(request)) { page throws(BackupError) in
            reading.requests += page.requests
            reading.waited += page.waited
            for object in page.objects {
                // What has no GUID has no place in a list of such objects.
                guard let id = object["id"]?.string, let key = GUID(id) else { continue }
                var held = try held(member, of: values, by: object)
                let count = object[member.name]?.array?.count ?? 0
                if member.kind == .references, count >= SeparateMember.mostExpanded {
                    held = try await references(of: id, member, resource, &reading)
                }
                values.note(key, held)
            }
        }
        values.sort()
        return values
    }

    private func held(
        _ member: SeparateMember, of values: MemberValues, by object: JSONValue
    ) throws(BackupError) -> [UInt8]? {
        do throws(GraphError) { return try values.held(by: object) } catch { throw .source(error) }
    }

    /// Reads all that one object refers to.
    private func references(
        of id: String, _ member: SeparateMember, _ resource: GraphResource,
        _ reading: inout TypeReading
    ) async throws(BackupError) -> [UInt8] {
        let found = try await objects(of: member.references(of: resource, id: id), &reading)
        let targets = found.compactMap { $0["id"]?.string.flatMap(GUID.init) }
        return Set(targets).sorted().flatMap(\.bytes)
    }
}
