/// Compares what a repository says with the truth.
package struct Judgement {
    /// By the run's start.
    private var days: [String: [String: Company.Change]] = [:]
    package private(set) var scores = Scores()
    /// Changed files that no deed of the company explains.
    package private(set) var unexplained: [String] = []

    package init() {}

    /// - Parameter changes: of the day before the run.
    package mutating func expect(_ changes: [Company.Change], in run: String) {
        days[run] = Dictionary(changes.map { ($0.folder, $0) }) { one, _ in one }
    }

    package mutating func judge(_ history: RecordedHistory, by company: Company) {
        for commit in history.commits {
            guard let day = days[commit.run] else { continue }
            for folder in commit.folders {
                guard let change = day[folder] else {
                    unexplained.append("\(commit.run) \(folder)")
                    continue
                }
                add(change, in: commit, company)
            }
        }
    }

    private mutating func add(
        _ change: Company.Change, in commit: RecordedHistory.Commit, _ company: Company
    ) {
        let id = change.ids.last ?? ""
        let own = commit.events.filter { $0.names(id) }
        let kinds = Set((id.isEmpty || own.isEmpty ? commit.events : own).map(\.kind))
        let kind = Scores.kinds.first { kinds.contains($0) } ?? "none"
        let isRight = company.are(change.authors, commit.authors)
        // An event without an actor names nobody.
        let strangers = own.filter {
            $0.kind == "exact" && !$0.actor.isEmpty && !change.authors.contains($0.actor)
        }
        scores.add(
            change, kind: kind, isRight: isRight, isAnybody: !commit.authors.isEmpty,
            isWrongExact: !isRight && !strangers.isEmpty,
            note:
                "\(commit.run) \(change.folder) \(change.kind): \(commit.authors.map(\.name)), not \(change.authors)"
        )
    }

    /// Adds what the usual method found.
    ///
    /// - Parameter found: IDs of everybody who was found.
    package mutating func addPlain(_ found: Set<String>, for change: Company.Change) {
        scores.addPlain(
            change, isRight: found == change.authors, isAnybody: !found.isEmpty)
    }
}
