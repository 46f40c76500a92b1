import CanonicalJSON

/// A backup's history as git tells it: no structure of the program has a part in it.
package struct RecordedHistory: Sendable {
    /// What to ask git for.
    package static let arguments = [
        "-c", "core.quotePath=false", "log", "--reverse", "--no-renames", "--name-status",
        "--notes=refs/notes/tenantkeep-audit",
        "--format=%x1e%an%x1f%ae"
            + ["Tenantkeep-Run", "Co-authored-by", "Audit-Event"].map {
                "%x1f%(trailers:key=\($0),valueonly,separator=%x1d)"
            }.joined() + "%x1f%N%x1f",
        "main",
    ]

    package struct Author: Hashable, Sendable {
        package let name: String
        package let email: String
    }

    package struct Commit: Sendable {
        /// The run's start, as the trailer has it.
        package let run: String
        /// Nobody, if the commit says `unknown`.
        package let authors: Set<Author>
        package let events: [Event]
        /// Folders of changed objects.
        package let folders: [String]
    }

    /// An event that a commit names, with the note's copy of it.
    package struct Event: Sendable {
        package let kind: String
        /// Of who did it, in lower case.
        let actor: String
        let text: String

        /// Whether the event names an object.
        func names(_ id: String) -> Bool { text.contains(id) }
    }

    package private(set) var commits: [Commit] = []

    /// - Parameter text: what git answered to ``arguments``.
    package init(_ text: String) {
        commits = text.split(separator: "\u{1E}").compactMap { record in
            let fields = record.split(separator: "\u{1F}", omittingEmptySubsequences: false)
                .map(String.init)
            return fields.count < 7 ? nil : Self.commit(fields)
        }
    }

    private static func commit(_ fields: [String]) -> Commit {
        let trailers = { (field: Int) in fields[field].split(separator: "\u{1D}").map(String.init) }
        var authors: Set<Author> = []
        if fields[0] != "unknown" {
            // Of several, the author's name is all names, and the address that of the first.
            let others = trailers(3).compactMap(author)
            let names = others.reduce(fields[0]) { name, other in
                name.hasSuffix(", \(other.name)")
                    ? String(name.dropLast(other.name.count + 2)) : name
            }
            authors = Set(
                others + [Author(name: others.isEmpty ? fields[0] : names, email: fields[1])])
        }
        let folders = fields[6].split(separator: "\n").compactMap { line in
            line.split(separator: "\t").last.map { Places.folder(ofFile: String($0)) }
        }
        return Commit(
            run: fields[2], authors: authors, events: events(trailers(4), note: fields[5]),
            folders: folders)
    }

    /// `Adele Vance <adele@contoso.com>`
    private static func author(_ text: String) -> Author? {
        guard let open = text.lastIndex(of: "<"), text.hasSuffix(">") else { return nil }
        let name = text[..<open].dropLast()
        return Author(
            name: String(name), email: String(text[text.index(after: open)...].dropLast()))
    }

    private static func events(_ lines: [String], note: String) -> [Event] {
        let raw = (try? JSONValue(parsing: Array(note.utf8)))?.array ?? []
        let byID = Dictionary(raw.compactMap { event in event["id"]?.string.map { ($0, event) } }) {
            one, _ in one
        }
        return lines.compactMap { line in
            let words = line.components(separatedBy: "; ")
            guard words.count >= 4, let event = byID[words[words.count - 1]] else { return nil }
            let initiator = event["initiatedBy"]
            let actor =
                initiator?["user"]?["id"]?.string
                ?? initiator?["app"]?["servicePrincipalId"]?.string
                ?? event["actor"]?["userId"]?.string
            return Event(
                kind: words[words.count - 2], actor: (actor ?? "").lowercased(),
                text: String(decoding: event.bytes, as: UTF8.self))
        }
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
