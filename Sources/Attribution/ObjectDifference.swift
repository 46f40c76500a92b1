import CanonicalJSON

/// What differs between two states of an object, by the names of members, in lower case; or of the
/// objects of a list that one file holds, by their IDs.
struct ObjectDifference {
    /// Members of the object itself that differ.
    private(set) var changed: Set<String> = []
    /// Every name of a member, also of those below members and of those that are left out.
    private(set) var known: Set<String> = []
    /// Names of members of the object itself.
    private var own: Set<String> = []
    /// By each name that differs, at whatever depth, the members of the object it is in.
    private var places: [String: Set<String>] = [:]
    /// The states of each object.
    private var states: [(before: JSONValue?, after: JSONValue?)]

    /// Whether there are two states to compare.
    let isWhole: Bool

    /// - Parameter paths: of members that the states were rid of.
    init(_ before: [UInt8]?, _ after: [UInt8]?, leavingOut paths: [String] = []) {
        let old = before.flatMap { try? JSONValue(parsing: $0) }
        let new = after.flatMap { try? JSONValue(parsing: $0) }
        states = Self.pairs(old, new)
        isWhole =
            old?.object != nil && new?.object != nil || old?.array != nil && new?.array != nil
        own = Set(
            states.flatMap { [$0.before, $0.after] }.flatMap { $0?.object ?? [] }.map {
                folded($0.name)
            })
        for (old, new) in states { compare(old, new, in: nil) }
        known.formUnion(
            paths.compactMap { $0.split(separator: ".").last }.map { folded(String($0)) })
    }

    private static func pairs(
        _ old: JSONValue?, _ new: JSONValue?
    ) -> [(before: JSONValue?, after: JSONValue?)] {
        guard old?.array != nil || new?.array != nil else { return [(old, new)] }
        func byID(_ list: JSONValue?) -> [String: JSONValue] {
            Dictionary((list?.array ?? []).map { ($0["id"]?.string ?? "", $0) }) { one, _ in one }
        }
        let (olds, news) = (byID(old), byID(new))
        return Set(olds.keys).union(news.keys).sorted().map { (olds[$0], news[$0]) }
    }

    private mutating func compare(_ old: JSONValue?, _ new: JSONValue?, in top: String?) {
        let olds = Dictionary((old?.object ?? []).map { ($0.name, $0.value) }) { first, _ in first }
        let news = Dictionary((new?.object ?? []).map { ($0.name, $0.value) }) { first, _ in first }
        for name in Set(olds.keys).union(news.keys) {
            let key = folded(name)
            let (old, new) = (olds[name], news[name])
            known.insert(key)
            if isWhole, old?.bytes != new?.bytes {
                if top == nil { changed.insert(key) }
                // Whoever names a member means the object's own, where it has one of that name.
                if top == nil || !own.contains(key) { places[key, default: []].insert(top ?? key) }
            }
            if old?.object != nil || new?.object != nil { compare(old, new, in: top ?? key) }
        }
    }

    /// The text of a member of the object, by its path.
    func text(_ path: String) -> String? {
        states.lazy.compactMap { ($0.after ?? $0.before)?.value(at: path)?.string }.first.map(
            folded)
    }

    /// Whether a property's value before or after is that of the member it stands for.
    func agrees(_ property: AuditEvent.Property) -> Bool {
        guard property.members.contains(where: { places[$0] != nil }) else { return false }
        return states.contains { before, after in
            value(property.old, is: before, of: property)
                || value(property.new, is: after, of: property)
        }
    }

    /// Whether properties, the oldest first, lead from the one state to the other, in each of the
    /// object's members they name, of which one differs.
    func isTold(by properties: [AuditEvent.Property]) -> Bool {
        var ways: [String: (from: String?, to: String?)] = [:]
        for property in properties where !property.isSummary {
            for member in property.members where known.contains(member) {
                ways[member, default: (property.old, nil)].to = property.new
            }
        }
        return ways.keys.contains { places[$0] != nil }
            && states.contains { before, after in
                ways.allSatisfy { member, way in
                    before.holds(way.from, in: member) && after.holds(way.to, in: member)
                }
            }
    }

    private func value(
        _ value: String?, is object: JSONValue?, of property: AuditEvent.Property
    ) -> Bool {
        guard let text = AuditEvent.Property.text(value) else { return false }
        return object?.object?.contains { name, held in
            property.members.contains(folded(name))
                && (held.string ?? String(decoding: held.bytes, as: UTF8.self)) == text
        } ?? false
    }

    /// How an event that names these properties fits.
    enum Fit {
        /// These members of the object differ, and the event says it changed them.
        case exact(Set<String>)
        /// The event does not say what it changed, in words the object knows.
        case possible
        /// All the event changed is as it was.
        case undone
    }

    func fit(of names: Set<String>) -> Fit {
        let hit = names.reduce(into: Set<String>()) { $0.formUnion(places[$1] ?? []) }
        if !hit.isEmpty { return .exact(hit) }
        if names.isEmpty || !isWhole { return .possible }
        return names.isSubset(of: known) ? .undone : .possible
    }
}

extension JSONValue? {
    /// Whether the object's member of that name, in lower case, has a value that the log writes so.
    fileprivate func holds(_ logged: String?, in member: String) -> Bool {
        let value = self?.object?.first { folded($0.name) == member }?.value
        let none: Set = ["", "[]", "null"]
        let text = AuditEvent.Property.text(logged).flatMap { none.contains($0) ? nil : $0 }
        guard let held = value.map({ $0.string ?? String(decoding: $0.bytes, as: UTF8.self) }),
            !none.contains(held)
        else { return text == nil }
        guard let text else { return false }
        return held == text || form(held) == form(text)
    }

    /// Objects and lists are spelt differently in the log and in the backup.
    private func form(_ text: String) -> [UInt8] {
        (try? canonicalized(Array(text.utf8))) ?? Array(text.utf8)
    }
}

extension AuditEvent.Property {
    /// The members of Graph's objects this property stands for, in lower case.
    var members: Set<String> {
        if let old, let new, old == new { return [] }
        if let names = wholeObject { return names }
        guard name != Self.summary else {
            let names = Self.list(new ?? old ?? "")
            return Set(names.map(Self.member))
        }
        // Of the log's own: what the target is, not what was changed.
        guard !name.hasPrefix("TargetId."), !name.hasPrefix("Action ") else { return [] }
        return [Self.member(name)]
    }

    /// `"DisplayName, City"` or `["DisplayName","City"]`.
    private static func list(_ value: String) -> [String] {
        if let list = (try? JSONValue(parsing: Array(value.utf8)))?.array {
            return list.compactMap(\.string)
        }
        return (text(value) ?? "").split(separator: ",").map {
            String($0.drop { $0 == " " })
        }.filter { !$0.isEmpty }
    }

    /// Whether the values are not those of one member.
    fileprivate var isSummary: Bool { name == Self.summary || wholeObject != nil }

    /// The property that lists what changed.
    private static let summary = "Included Updated Properties"

    /// What differs between two objects in full, as conditional access logs them.
    private var wholeObject: Set<String>? {
        guard old?.utf8.first == 0x7B || new?.utf8.first == 0x7B else { return nil }
        guard let old, let new else { return [] }
        let difference = ObjectDifference(Array(old.utf8), Array(new.utf8))
        return difference.isWhole ? difference.changed : []
    }

    private static func member(_ name: String) -> String {
        let last = folded(
            String(
                name[
                    name.lastIndex(of: ".").map(name.index(after:))
                        .map { $0..<name.endIndex } ?? name.startIndex..<name.endIndex]))
        return aliases[last] ?? last
    }

    /// The directory's own names, where they are not Graph's.
    private static let aliases = [
        "appidentifieruri": "identifieruris", "assignedlicense": "assignedlicenses",
        "assignedplan": "assignedplans", "keydescription": "keycredentials",
        "licenseassignmentdetail": "licenseassignmentstates", "mobile": "mobilephone",
        "othermail": "othermails", "physicaldeliveryofficename": "officelocation",
        "streetaddress": "streetaddress", "telephonenumber": "businessphones",
    ]
}

extension AuditEvent {
    /// The members of Graph's objects the event says it changed, in lower case.
    ///
    /// - Parameter id: of the target that is asked about; `nil` for all.
    func members(of id: String?) -> Set<String> {
        targets.reduce(into: []) { names, target in
            guard id == nil || target.id == id else { return }
            for property in target.properties { names.formUnion(property.members) }
        }
    }
}
