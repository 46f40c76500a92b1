import Attribution
import FoundationEssentials
import GitObjects

/// Who made which of a run's changes, and how that is known.
struct Credits: Sendable {
    /// What some people made together: one commit.
    struct Group: Sendable {
        /// As the commit names them.
        let authors: Authors?
        /// The same people, for the commit's trailers.
        let signatures: [Signature]
        /// The events that tell, the newest first, each once with its strongest match.
        let credited: [CreditedEvent]
    }

    /// An event with a part in a change.
    struct CreditedEvent: Sendable {
        let event: AuditEvent
        let kind: Match.Kind
        let actor: Actor?
    }

    private let groups: [Group]
    /// Places of changes, and the group each belongs to.
    private let places: [Int: Int]
    private let groupsByAuthors: [Authors?: Int]
    /// IDs of all events that had a part.
    let used: Set<String>

    /// Nobody is known to have made anything.
    static let none = Credits([:], names: [:], address: "")

    /// - Parameters:
    ///   - matches: of changes, by their places.
    ///   - names: whom the logs do not name, as the tenant has them, by IDs in lower case.
    ///   - address: of applications, which have none of their own.
    init(_ matches: [Int: [Match]], names: [String: Actor], address: String) {
        var drafts: [Set<String>: Draft] = [:]
        var keys: [Int: Set<String>] = [:]
        var used: Set<String> = []
        for (place, found) in matches.sorted(by: { $0.key < $1.key }) {
            let people = Set(found.compactMap { $0.actor?.named(by: names).key })
            keys[place] = people
            drafts[people, default: Draft()].take(found)
            for match in found {
                if !match.event.isStatement { used.insert(match.event.id) }
                used.formUnion(match.twins.map(\.id))
            }
        }
        let sorted = drafts.sorted { $0.key.sorted().lexicographicallyPrecedes($1.key.sorted()) }
        let numbers = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.key, $0) })
        groups = sorted.map { $0.value.group(names, address) }
        places = keys.compactMapValues { numbers[$0] }
        groupsByAuthors = Dictionary(groups.enumerated().map { ($1.authors, $0) }) { one, _ in one }
        self.used = used
    }

    /// Who made the change at a place; `nil` for nobody known.
    func authors(at place: Int) -> Authors? {
        places[place].flatMap { groups[$0].authors }
    }

    /// What is known of the changes by these authors.
    func group(of authors: Authors?) -> Group? { groupsByAuthors[authors].map { groups[$0] } }

    /// A group while its changes are gathered.
    private struct Draft {
        private var matches: [Match] = []
        /// Places in `matches`, by the event's ID.
        private var known: [String: Int] = [:]

        mutating func take(_ found: [Match]) {
            for match in found {
                guard let place = known[match.event.id] else {
                    known[match.event.id] = matches.count
                    matches.append(match)
                    continue
                }
                if match.kind < matches[place].kind { matches[place] = match }
            }
        }

        func group(_ names: [String: Actor], _ address: String) -> Group {
            var seen: Set<String> = []
            let actors = matches.actors.map { $0.named(by: names) }
                .filter { seen.insert($0.key).inserted }
            let time = matches.newest?.seconds ?? 0
            let signatures = actors.map {
                Signature(name: $0.name, email: $0.email ?? address, time: time)
            }
            let credited = matches.sorted {
                ($1.event.time, $1.event.id) < ($0.event.time, $0.event.id)
            }.map {
                CreditedEvent(
                    event: $0.event, kind: $0.kind, actor: $0.actor?.named(by: names))
            }
            let authors = signatures.first.map {
                Authors(
                    names: actors.map(\.name), email: $0.email, time: time,
                    ids: actors.map(\.key))
            }
            return Group(authors: authors, signatures: signatures, credited: credited)
        }
    }
}

extension Actor {
    /// The same for one person, whatever they are called meanwhile.
    fileprivate var key: String { id.isEmpty ? "\(kind) \(name)" : id.lowercased() }
}
