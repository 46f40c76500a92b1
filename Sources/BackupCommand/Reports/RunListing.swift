import BackupEngine
import GitObjects

/// One run as `log` prints it. Every line begins with a word or blanks of ours.
///
///     run 2026-11-01T02:00:00Z  backup/2026-11-01T02-00-00Z
///         3 created, 9 updated of 100,412 objects
///         kept devices: Graph answered 503 nine times
///         1a2b3c4d5e Adele Vance: 2 updated in ConditionalAccess
struct RunListing {
    struct Line: Hashable {
        let text: String
        var isHeading = false
    }

    let lines: [Line]

    init(_ run: LoggedRun) {
        lines = Self.lines(run.record) + run.commits.map(Self.line)
    }

    static func lines(_ record: RunRecord) -> [Line] {
        let heading = Line(
            text: ["run \(record.start)", record.tag].compactMap(\.self).joined(separator: "  "),
            isHeading: true)
        let gaps = record.types.filter { $0.value.outcome == .kept }.sorted { $0.key < $1.key }.map
        {
            Line(text: "    kept \($0)" + ($1.reason.map { ": \($0)" } ?? ""))
        }
        return [heading, Line(text: "    \(counts(record))")] + gaps
    }

    /// A commit of a run names its author in its subject already.
    private static func line(_ commit: LoggedCommit) -> Line {
        let name = commit.author.name
        let subject =
            commit.subject.hasPrefix("\(name):") ? commit.subject : "\(name): \(commit.subject)"
        return Line(text: "    \("\(commit.id)".prefix(10)) \(subject)")
    }

    private static func counts(_ record: RunRecord) -> String {
        var sum = TypeRecord(.complete, objects: 0)
        for type in record.types.values {
            sum.objects += type.objects
            sum.created = (sum.created ?? 0) + (type.created ?? 0)
            sum.updated = (sum.updated ?? 0) + (type.updated ?? 0)
            sum.deleted = (sum.deleted ?? 0) + (type.deleted ?? 0)
        }
        if record.types.isEmpty { return "noted \(record.audit.noteCounts ?? "nothing")" }
        return "\(sum.changes ?? "nothing changed") of \(sum.objects.counted("object"))"
    }
}
