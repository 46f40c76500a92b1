import FoundationEssentials

/// How long a run may take, and from when that counts.
struct TimeLimit: Hashable, Sendable {
    let minutes: Int
    /// When the pipeline began; `nil` for the run itself.
    let beginning: Date?

    /// `nil` if there is no limit.
    init?(_ settings: Settings, _ environment: [String: String]) throws(CommandFailure) {
        guard let value = settings[.timeLimit], let text = value.texts.last else { return nil }
        guard let minutes = Int(text), minutes >= 0 else {
            throw .wrong(value.origin, "\(text) is not a number of minutes")
        }
        guard minutes > 0 else { return nil }
        self.minutes = minutes
        beginning = environment["SYSTEM_PIPELINESTARTTIME"].flatMap(Self.date)
    }

    /// Azure Pipelines writes `2026-11-01 02:00:00+00:00`.
    private static func date(_ text: String) -> Date? {
        let text = text.replacing(" ", with: "T").replacing("+00:00", with: "Z")
        return try? Date(text, strategy: .iso8601)
    }

    /// When to stop looking for authors: a tenth of the time, at least one minute of it and at most
    /// ten, is left for writing; of less than two minutes, half.
    func deadline(ofRunFrom start: Date) -> Date {
        let seconds = Double(minutes) * 60
        let writing = min(seconds / 2, min(600, max(60, seconds / 10)))
        return (beginning ?? start) + (seconds - writing)
    }
}
