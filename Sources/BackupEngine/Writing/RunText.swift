import Attribution
import FoundationEssentials
import GitObjects
import GraphCatalog

/// Writes the texts of commits and tags.
///
/// Every word from a tenant is on one line, escaped and behind a fixed beginning, so that none can
/// pass for a trailer or steer a terminal.
struct RunText {
    let start: Date
    /// Whose backup it is.
    let tenant: String
    let resources: [String: GraphResource]
    let root: RootPath
    /// Ends commits' texts with what keeps pipelines from starting.
    var skipsCI = false

    /// The trailers that say which run made a commit, and whose backup it is.
    static let runKey = "Tenantkeep-Run"
    static let tenantKey = "Tenantkeep-Tenant"

    /// Objects a commit's text lists at most.
    static let listed = 100

    /// The text of a commit.
    ///
    /// - Parameters:
    ///   - authors: display names, the newest first.
    ///   - group: what is known of them.
    func commit(
        by authors: [String], _ changes: DescribedChanges, _ group: Credits.Group? = nil
    ) -> String {
        var lines = [subject(authors, changes), ""]
        for change in changes.listed {
            lines.append("\(change.kind.rawValue) \(folder(of: change))  \(change.name)".printable)
        }
        if changes.count > changes.listed.count {
            lines.append("… and \(changes.count - changes.listed.count) more")
        }
        lines += ["", "\(Self.runKey): \(start.timestamp)", tenantLine]
        if let group { lines += trailers(group) }
        if skipsCI { lines.append("Pipeline: \(Self.skipsPipelines)") }
        return (lines + [""]).joined(separator: "\n")
    }

    /// The text of a run's record.
    func run(_ start: String) -> String {
        "Run \(start)\n" + (skipsCI ? "\n\(Self.skipsPipelines)\n" : "") + "\n\(tenantLine)\n"
    }

    /// The text of the commit that notes a run's evidence.
    func evidence(_ start: String) -> String { "Evidence of run \(start)\n\n\(tenantLine)\n" }

    private var tenantLine: String { "\(Self.tenantKey): \(tenant.printable)" }

    /// What pipelines of all hosts look for.
    private static let skipsPipelines = "[skip ci]"

    /// Every line is a trailer, or git would take none of them for one.
    private func trailers(_ group: Credits.Group) -> [String] {
        var lines = group.credited.prefix(Self.listed).map { credited in
            let event = credited.event
            return "Audit-Event: "
                + Self.fields(
                    event.timestamp, event.activity, credited.actor?.name ?? "unknown",
                    credited.kind.rawValue, event.id)
        }
        let rest = group.credited.count - lines.count
        if rest > 0 { lines.append("Audit-Event: … and \(rest) more") }
        return lines
            + group.signatures.dropFirst().prefix(Self.listed).map {
                "Co-authored-by: \($0.name) <\($0.email)>"
            }
    }

    /// Words between semicolons, none of which holds one itself.
    private static func fields(_ words: String...) -> String {
        let words = words.map { $0.clipped.printable.replacing(";", with: ",") }
        return "\(words[0]) \(words.dropFirst().joined(separator: "; "))"
    }

    /// One event that nothing in the tenant tells of any more.
    static func undone(_ event: AuditEvent, by actor: Actor?) -> String {
        let target = event.targets.lazy.compactMap {
            $0.displayName ?? $0.userPrincipalName ?? $0.id
        }.first
        return fields(
            event.timestamp, event.activity, actor?.name ?? "unknown",
            target ?? "unknown", event.id)
    }

    private func subject(_ authors: [String], _ changes: DescribedChanges) -> String {
        var who = list(authors.map(\.clipped.printable))
        // To git, a line that begins with three dashes may end the message.
        if who.hasPrefix("---") { who = "\"\(who)\"" }
        return "\(who): \(counts(changes)) in \(list(groups(changes.types)))"
    }

    /// `Adele Vance, Diego Siciliani, Lee Gu and 4 others`
    private func list(_ words: [String]) -> String {
        let first = words.prefix(3).joined(separator: ", ")
        switch words.count - 3 {
        case ..<1: return first
        case 1: return first + " and 1 other"
        case let rest: return first + " and \(rest) others"
        }
    }

    /// `2 updated, 1 deleted`
    private func counts(_ changes: DescribedChanges) -> String {
        let words: [(ChangedObject.Kind, String)] = [
            (.created, "created"), (.updated, "updated"), (.deleted, "deleted"),
        ]
        return words.compactMap { kind, word in
            changes.counts[kind].map { "\($0) \(word)" }
        }.joined(separator: ", ")
    }

    /// The types' own groups, in the order the types change.
    private func groups(_ types: [String]) -> [String] {
        var groups: [String] = []
        for type in types {
            let own = resources[type]?.groups.first { $0 != "All" && $0 != "Config" }
            let group = own ?? type
            if !groups.contains(group) { groups.append(group) }
        }
        return groups
    }

    /// The folder that holds the object's own one, below the root.
    private func folder(of change: ChangedObject) -> String {
        let hasFolders = resources[change.type]?.hasFolders ?? true
        let parts = change.path.split(separator: "/").dropFirst(root.components.count)
        return parts.dropLast(hasFolders ? 2 : 1).joined(separator: "/")
    }

    private static let tagBeginning = "Backup of tenant "

    /// The tenant that the text of a run's tag names; `nil` if the tag is somebody else's.
    static func tenant(ofTag text: some StringProtocol) -> String? {
        guard text.hasPrefix(tagBeginning) else { return nil }
        let tenant = text.dropFirst(tagBeginning.count).prefix { $0 != "," && $0 != "\n" }
        return tenant.isEmpty ? nil : String(tenant)
    }

    /// The text of the run's tag.
    func tag(authors: [String], _ record: RunRecord) -> String {
        var lines = ["\(Self.tagBeginning)\(record.tenant), \(start.timestamp)", "", "Authors:"]
        lines += authors.map { "  \($0.printable)" }
        lines += ["", "Changes:"]
        for (name, type) in record.types.sorted(by: { $0.key < $1.key }) where type.hasChanges {
            let counts = [
                (type.created, "created"), (type.updated, "updated"), (type.deleted, "deleted"),
            ]
            let words = counts.compactMap { count, word in
                count.flatMap { $0 > 0 ? "\($0) \(word)" : nil }
            }
            lines.append("  \(name): \(words.joined(separator: ", ")), \(type.objects) now")
        }
        for (outcome, title) in [
            (TypeRecord.Outcome.kept, "Kept as they were:"), (.skipped, "Skipped:"),
        ] {
            let types = record.types.filter { $0.value.outcome == outcome }
            if !types.isEmpty { lines += ["", title] }
            lines += types.sorted { $0.key < $1.key }.map {
                "  \($0.key): \($0.value.reason ?? "")".printable
            }
        }
        if let reason = record.audit.reason {
            lines += ["", "Who made the changes: \(reason)".printable]
        }
        for (name, log) in (record.audit.logs ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let reason = log.reason else { continue }
            lines += ["", "Who made the changes in \(name): \(reason)".printable]
        }
        if !record.audit.undone.isEmpty {
            lines += ["", "Made and undone:"]
            lines += record.audit.undone.map { "  \($0)" }
            let rest = (record.audit.undoneCount ?? 0) - record.audit.undone.count
            if rest > 0 { lines.append("  … and \(rest) more") }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension AuditEvent {
    /// To the second, as everywhere in texts.
    var timestamp: String { Date(timeIntervalSince1970: Double(time.seconds)).timestamp }
}

extension String {
    /// At most 200 characters of it.
    var clipped: String {
        unicodeScalars.count <= 200
            ? self : String(String.UnicodeScalarView(unicodeScalars.prefix(199))) + "…"
    }
}

extension TypeRecord {
    /// Whether the run changed any object of the type.
    package var hasChanges: Bool { (created ?? 0) + (updated ?? 0) + (deleted ?? 0) > 0 }
}
