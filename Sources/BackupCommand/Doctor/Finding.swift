/// One thing that a backup needs, and whether it is there.
struct Finding: Hashable, Sendable {
    enum Outcome: String, Encodable, Sendable {
        case ok
        /// A backup can be made, but not all of it, or not for long.
        case warning
        /// No backup can be made.
        case failed
        /// It could not be looked at.
        case skipped
    }

    /// What was looked at, one or two words: the same in each version.
    let check: String
    let outcome: Outcome
    /// Full sentences.
    let text: String
    /// What to do, a full sentence.
    let hint: String?
    /// How a backup would end because of it.
    let status: ExitStatus

    private init(
        _ check: String, _ outcome: Outcome, _ text: String, hint: String?, status: ExitStatus
    ) {
        self.check = check
        self.outcome = outcome
        self.text = text.stopped
        self.hint = hint
        self.status = status
    }

    static func ok(_ check: String, _ text: String) -> Finding {
        Finding(check, .ok, text, hint: nil, status: .done)
    }

    static func warning(_ check: String, _ text: String, hint: String? = nil) -> Finding {
        Finding(check, .warning, text, hint: hint, status: .done)
    }

    static func failed(_ check: String, _ failure: CommandFailure) -> Finding {
        Finding(
            check, .failed, failure.sentence, hint: failure.hint,
            status: [.usage, .refused].contains(failure.status) ? failure.status : .failed)
    }

    static func skipped(_ check: String, _ text: String) -> Finding {
        Finding(check, .skipped, text, hint: nil, status: .done)
    }
}

/// What `doctor` found, and how it ends.
struct Findings: Sendable {
    var list: [Finding] = []

    /// Done if a backup can be made; else how the first obstacle would end it.
    var status: ExitStatus {
        list.first { $0.outcome == .failed }?.status ?? .done
    }

    /// A line for each finding, what to do below it.
    var lines: [String] {
        let rows = columns(list.map { [$0.outcome.rawValue, $0.check, $0.text] })
        return zip(rows, list).flatMap { row, finding in
            [row] + [finding.hint.map { "         \($0)" }].compactMap(\.self)
        }
    }

    var document: Document { Document(self) }

    /// What `doctor --json` prints. Part of the contract with users: members are added, never
    /// renamed.
    struct Document: Encodable, Sendable {
        struct Entry: Encodable {
            let check: String
            let outcome: Finding.Outcome
            let text: String
            let hint: String?

            private enum CodingKeys: CodingKey { case check, outcome, text, hint }

            func encode(to encoder: any Encoder) throws {
                var values = encoder.container(keyedBy: CodingKeys.self)
                try values.encode(check, forKey: .check)
                try values.encode(outcome, forKey: .outcome)
                try values.encode(text, forKey: .text)
                try values.encode(hint, forKey: .hint)  // null if there is none
            }
        }

        let checks: [Entry]
        let exitStatus: Int32

        init(_ findings: Findings) {
            checks = findings.list.map {
                Entry(check: $0.check, outcome: $0.outcome, text: $0.text, hint: $0.hint)
            }
            exitStatus = findings.status.rawValue
        }
    }
}
