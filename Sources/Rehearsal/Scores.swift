import GraphCatalog

/// How many of a year's changed files have the right authors, by type and kind of match.
package struct Scores: Sendable, Codable {
    /// Of files whose authors the log has.
    package struct Score: Sendable, Codable {
        package var right = 0
        package var wrong = 0
        /// Nobody was named.
        package var unknown = 0

        package var count: Int { right + wrong + unknown }

        mutating func add(_ isRight: Bool, isAnybody: Bool) {
            if isRight { right += 1 } else if isAnybody { wrong += 1 } else { unknown += 1 }
        }

        fileprivate mutating func add(_ other: Score) {
            right += other.right
            wrong += other.wrong
            unknown += other.unknown
        }
    }

    package static let kinds = ["exact", "object", "parent", "activity", "none"]

    /// By type, then by kind.
    private(set) var byType: [String: [String: Score]] = [:]
    /// By type, of the usual method.
    private(set) var plain: [String: Score] = [:]
    /// Changed files whose authors the log does not have; and of them those with an author.
    package private(set) var hidden = 0
    package private(set) var guessed = 0
    /// Files with a wrong author whose match is exact, wherever the truth is.
    package private(set) var wrongExact: [String] = []
    /// Further wrong ones, for whoever wants to know.
    package private(set) var wrong: [String] = []

    package init() {}

    mutating func add(
        _ change: Company.Change, kind: String, isRight: Bool, isAnybody: Bool, isWrongExact: Bool,
        note: String
    ) {
        if isWrongExact { wrongExact.append(note) }
        guard change.isInLog else {
            hidden += 1
            guessed += isAnybody ? 1 : 0
            return
        }
        if !isRight { wrong.append(note) }
        byType[change.type.name, default: [:]][kind, default: Score()]
            .add(isRight, isAnybody: isAnybody)
    }

    mutating func addPlain(_ change: Company.Change, isRight: Bool, isAnybody: Bool) {
        guard change.isInLog else { return }
        plain[change.type.name, default: Score()].add(isRight, isAnybody: isAnybody)
    }

    package var total: Score { sum(byType.values.flatMap(\.values)) }

    package func total(of kind: String) -> Score { sum(byType.values.compactMap { $0[kind] }) }

    package var totalOfPlain: Score { sum(plain.values) }

    package var types: [String] { byType.keys.sorted() }

    package func score(of type: String, _ kind: String) -> Score { byType[type]?[kind] ?? Score() }

    package func plainScore(of type: String) -> Score { plain[type] ?? Score() }

    private func sum(_ scores: some Sequence<Score>) -> Score {
        scores.reduce(into: Score()) { $0.add($1) }
    }

    /// What a test says when it fails.
    package var report: String {
        let total = total
        return
            ([
                "\(total.right) of \(total.count) right, \(total.wrong) wrong, "
                    + "\(total.unknown) unknown; \(wrongExact.count) wrong though exact; of "
                    + "\(hidden) that the log does not show \(guessed) have an author"
            ] + wrongExact.map { "exact: \($0)" } + wrong).joined(separator: "\n")
    }
}
