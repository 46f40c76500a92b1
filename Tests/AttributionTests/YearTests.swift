import Attribution
import CanonicalJSON
import Foundation
import GraphCatalog
import Testing

@testable import TenantSimulator

/// A year of a made-up company against the truth that its log half hides.
struct YearTests {
    @Test func `a year of five thousand changes names whom the log knows, and nobody else`()
        throws
    {
        var year = Year(seed: 9)
        year.changes = 5000
        year.people = 40
        year.applications = 10
        year.paths = nil
        year.habits = Year.Habits(twins: 0.05, gaps: 0.05, delays: 0.1, nulls: 0.05)
        var tally = Tally()

        var company = try Company()
        for day in 0..<year.days { try company.live(year, day, &tally) }

        let report = Comment(rawValue: tally.report)
        #expect(tally.known > 2500, report)
        #expect(tally.right * 100 >= tally.known * 99, report)
        #expect(tally.wrongExact <= 1, report)
        // It takes a company with one such policy, or a year that meets the same one often.
        withKnownIssue(
            "one token issuance policy has an author by an exact match who had no part",
            isIntermittent: true
        ) {
            #expect(tally.wrongExact == 0, report)
        }
    }
}

/// What came of the changed objects.
private struct Tally {
    /// Whose authors the log has, and of them those that got just these.
    var known = 0
    var right = 0
    /// Whose matches are exact, but with an author that had no part.
    var wrongExact = 0
    var byType: [String: [String: Int]] = [:]

    mutating func add(_ type: String, isKnown: Bool, _ matches: [Match], _ truth: Set<String>) {
        let found = Set(matches.actors.map(\.id))
        let isRight = found == truth
        let kind = matches.map(\.kind).min()?.rawValue ?? "none"
        if isKnown {
            known += 1
            right += isRight ? 1 : 0
        }
        let exact = matches.filter { $0.kind == .exact }
        if !exact.allSatisfy({ truth.contains($0.actor?.id ?? truth.first ?? "") }) {
            wrongExact += 1
        }
        let word = isKnown ? (isRight ? "right" : "WRONG") : (isRight ? "lucky" : "hidden")
        byType[type, default: [:]]["\(kind) \(word)", default: 0] += 1
    }

    var report: String {
        let lines = byType.sorted { $0.key < $1.key }.map { type, counts in
            "\(type): "
                + counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                .joined(separator: ", ")
        }
        return "\(right) of \(known) right, \(wrongExact) wrong though exact\n"
            + lines.joined(separator: "\n")
    }
}

/// The company, and the days it lived.
private struct Company {
    private let tenant: SimulatedTenant
    private let clock = ManualClock(Timestamp(seconds: 1_793_000_000))
    private var before: [Place: [UInt8]]
    private var deeds: [Year.Deed] = []

    private struct Place: Hashable {
        let pattern: String
        let ids: [String]

        var path: String {
            var parts = pattern.split(separator: "/").map(String.init)
            guard ids.count > 1, let at = parts.firstIndex(of: "{id}") else {
                return pattern + "/" + (ids.last ?? "")
            }
            parts[at] = ids[0]
            return parts.joined(separator: "/") + "/" + ids[1]
        }
    }

    /// The catalog's types by where Graph has them.
    private static let types: [String: GraphResource] = {
        var types: [String: GraphResource] = [:]
        for type in GraphResource.all where type.service == .graph {
            types[type.path] = type
            for child in type.children where !child.namesParent {
                types["\(type.path)/{id}/\(child.path)"] = child
            }
        }
        return types
    }()

    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/Tenants/contoso").path
        let simulation = try Simulation(
            SimulatedTenant.Configuration(.folder(folder), clock: clock))
        tenant = SimulatedTenant(
            simulation: simulation, usesTLS: false, port: 0, azurePort: 0, certificate: nil)
        before = Self.objects(of: simulation.change { $0.tenant })
    }

    mutating func live(_ year: Year, _ day: Int, _ tally: inout Tally) throws {
        let since = clock.now
        deeds = try tenant.live(year, day: day)
        let state = tenant.simulation.change { $0.tenant }
        let after = Self.objects(of: state)
        let logged = [TenantSimulator.AuditEvent.Log.directory, .intune].flatMap {
            state.visibleEvents(clock.now, of: $0)
        }
        let events = logged.filter { event in
            event["activityDateTime"]?.string.flatMap { Timestamp($0) }.map {
                $0 >= since + -3600
            } ?? false
        }
        let index = AuditIndex(
            try events.compactMap {
                try Attribution.AuditEvent(noted: JSONValue(parsing: $0.bytes))
            })
        for place in Set(before.keys).union(after.keys) where before[place] != after[place] {
            guard let type = Self.types[place.pattern] else { continue }
            let change = ObjectChange(
                type, ids: place.ids,
                kind: before[place] == nil ? .created : after[place] == nil ? .deleted : .updated,
                before: before[place], after: after[place], since: Moment(ticks: since.ticks),
                read: Moment(ticks: clock.now.ticks))
            let deeds = deeds(of: change, at: place)
            tally.add(
                type.name,
                isKnown: !deeds.isEmpty && deeds.allSatisfy { isInLog($0, place, state) },
                index.matches(for: change), Set(deeds.map { $0.actor.lowercased() }))
        }
        before = after
    }

    /// The deeds that a change is made of.
    private func deeds(of change: ObjectChange, at place: Place) -> [Year.Deed] {
        let path = place.path
        let own = deeds.filter { $0.path == path || $0.path == place.pattern }
        switch change.kind {
        case .created: return own.filter { $0.kind != .delete && $0.kind != .remove }
        case .updated:
            let changed = Self.changed(change.before ?? [], change.after ?? [])
            // A member's file changes with the name of who is a member.
            let members = deeds.filter { deed in
                deed.kind == .update && deed.path != path && place.ids.count > 1
                    && deed.path.hasSuffix("/\(place.ids[1])")
            }
            return (own + members).filter { !changed.isDisjoint(with: $0.members) }
        case .deleted:
            if let last = own.last(where: { $0.kind == .delete || $0.kind == .remove }) {
                return [last]
            }
            return deeds.filter { deed in
                deed.kind == .delete
                    && (path.hasPrefix(deed.path + "/")
                        || place.ids.contains { deed.path.hasSuffix("/" + $0) })
            }
        }
    }

    /// Whether the log shows who did it and, where there are several objects, to which.
    private func isInLog(_ deed: Year.Deed, _ place: Place, _ state: Tenant) -> Bool {
        guard deed.isLogged, deed.visibleFrom <= clock.now else { return false }
        return state.events.contains { event in
            event.time == deed.time
                && (state.singleton(at: TenantPath(place.pattern)) != nil
                    || Self.types[place.pattern]?.evidence.isEmpty == false
                    || place.ids.contains { event.json.compact.contains($0) })
        }
    }

    private static func changed(_ before: [UInt8], _ after: [UInt8]) -> Set<String> {
        let old = try? JSON(parsing: before)
        let new = try? JSON(parsing: after)
        let names = (old?.members ?? []).map(\.name) + (new?.members ?? []).map(\.name)
        return Set(names.filter { old?[$0] != new?[$0] }.map(\.string))
    }

    // MARK: - What is there

    /// Everything of the catalog's types that a backup would hold.
    private static func objects(of tenant: Tenant) -> [Place: [UInt8]] {
        var objects: [Place: [UInt8]] = [:]
        for (path, items) in tenant.stored {
            guard let (pattern, parent) = pattern(of: path) else { continue }
            for item in items {
                if let id = item.text {
                    // What is gone is in no list, though the service keeps the link.
                    guard let member = tenant.directoryObject(id)?.object else { continue }
                    let name = member["displayName"] ?? .null
                    objects[Place(pattern: pattern, ids: parent + [id.string])] =
                        JSON.object([JSON.Member("displayName", name)]).bytes
                } else if let id = item.key {
                    objects[Place(pattern: pattern, ids: parent + [id.string])] = item.bytes
                }
            }
        }
        for (path, item) in tenant.singletons where types[path.text] != nil {
            objects[Place(pattern: path.text, ids: [item.key?.string ?? ""])] = item.bytes
        }
        return objects
    }

    private static func pattern(of path: TenantPath) -> (String, [String])? {
        if types[path.text] != nil { return (path.text, []) }
        let parts = path.segments.map { String(decoding: $0, as: UTF8.self) }
        for at in parts.indices {
            var pattern = parts
            pattern[at] = "{id}"
            let text = pattern.joined(separator: "/")
            if types[text] != nil { return (text, [parts[at]]) }
        }
        return nil
    }
}
