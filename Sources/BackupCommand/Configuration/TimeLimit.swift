import FoundationEssentials

/// How long a run may take, and from when that counts.
struct TimeLimit: Hashable, Sendable {
    let minutes: Int
    /// When the pipeline began; `nil` for the run itself.
    let beginning: Date?

    /// The minutes of a year.
    private static let longest = 366 * 24 * 60

    /// `nil` if there is no limit.
    init?(_ settings: Settings, _ environment: [String: String]) throws(CommandFailure) {
        guard let value = settings[.timeLimit], let text = value.texts.last else { return nil }
        guard let minutes = Int(text.trimmingSpaces), minutes >= 0 else {
            throw .wrong(value.origin, "\(text) is not a number of minutes")
        }
        guard minutes <= Self.longest else {
            throw .wrong(
                value.origin, "\(minutes) minutes are more than a year",
                hint: "Write 0 for no limit.")
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
        return (beginning ?? start) + (seconds - writing(seconds))
    }

    /// When to give up reads that are still open: likewise, of what is left of the time.
    ///
    /// A pipeline that began longer ago than the limit was waiting for somebody, or runs this job for
    /// the second time. Then the time counts from the run's start: a backup without authors is worth
    /// more than none.
    func readDeadline(ofRunFrom start: Date) -> Date {
        let seconds = Double(minutes) * 60
        let passed = beginning.map { start.timeIntervalSince($0) } ?? 0
        let left = (0..<seconds).contains(passed) ? seconds - passed : seconds
        return start + (left - min(left / 2, writing(seconds)))
    }

    private func writing(_ seconds: Double) -> Double {
        min(seconds / 2, min(600, max(60, seconds / 10)))
    }
}
