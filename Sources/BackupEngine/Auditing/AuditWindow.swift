import FoundationEssentials
import GraphCatalog

/// Which part of a log a run reads, and which events count for each type.
///
/// A type's mark is the start of its last complete read with a finished sweep. Events come late, so
/// the log is read again from an hour before it; and from where the last run began that gave the log
/// up, so that its changes may still be explained.
///
/// All times are of the service's clock, which dates the events. What a run with a wrong clock has
/// recorded in the future is not believed.
struct AuditWindow: Sendable {
    static let overlap: TimeInterval = 3_600
    /// For so long what was done does at times not show when it is read.
    static let lag: TimeInterval = 300
    /// At a first run, and for a type that was never read.
    static let firstLength: TimeInterval = 86_400
    /// The log forgets after that.
    static let longest: TimeInterval = 30 * 86_400

    /// Where the sweep begins.
    let from: Date
    /// The run's start.
    let start: Date
    /// Seconds that the service's clock is ahead of the machine's.
    let clockOffset: TimeInterval
    /// Names of the types that the log tells of.
    let types: Set<String>
    /// By the type's name; of all logs.
    let marks: [String: Date]
    /// Where the user wants the log read from.
    private let since: Date?
    /// The start of each type's last complete read, whether or not the log was read then.
    var reads: [String: Date] = [:]

    /// - Parameters:
    ///   - types: names of the types that this run reads and the log tells of.
    ///   - log: its name.
    ///   - adopted: when the tip was made, of a branch that no run of ours has written.
    ///   - start: the run's, by the machine's clock.
    ///   - longest: what the service refuses a longer window than.
    init(
        of types: [String], in log: String, after record: RunRecord?, adopted: Date?, since: Date?,
        start machineStart: Date, clockOffset: TimeInterval = 0, longest: TimeInterval? = nil
    ) {
        let start = machineStart + clockOffset
        self.start = start
        self.clockOffset = clockOffset
        self.types = Set(types)
        self.since = since
        let oldest = start - Self.longest
        marks = (record?.audit.marks ?? [:]).compactMapValues { text in
            Date(timestamp: text).flatMap { $0 > start ? nil : max($0, oldest) }
        }
        let begin: Date
        if let since {
            begin = since
        } else if record == nil, let adopted, adopted <= start {
            begin = max(adopted, oldest)
        } else {
            let marks = marks
            let first = start - Self.firstLength
            let marked = types.map { marks[$0].map { $0 - Self.overlap } ?? first }.min() ?? first
            let givenUp = record?.audit.givenUp(log).flatMap(Date.init(timestamp:))
            // Both are before the start by the overlap at least, so the window is never empty.
            begin = min(marked, givenUp.map { max($0, oldest) } ?? marked)
        }
        from = longest.map { max(begin, start - $0) } ?? begin
    }

    /// What events before this did is in the type's last backup already; `nil` if there was none.
    /// What they did and undid before that backup is no part of a later change, however late the log
    /// shows it.
    ///
    /// - Parameter lag: for so long what was done may not have shown.
    func since(for type: String, lag: TimeInterval) -> Date? {
        if let since { return since }
        return [marks[type], reads[type]].compactMap(\.self).max().map { $0 - lag }
    }

    /// The marks after this run of the types that the log tells of.
    ///
    /// - Parameter types: how the reading of each ended.
    func marks(after types: [String: TypeRecord], isFinished: Bool) -> [String: Date] {
        let own = marks.filter { self.types.contains($0.key) }
        guard isFinished else { return own }
        let complete = types.filter { self.types.contains($0.key) && $0.value.outcome == .complete }
        return own.merging(complete.mapValues { _ in start }) { $1 }
    }

    /// What earlier runs have settled already, though this one reads it again; `nil` if there is no
    /// such thing, or somebody wants to know it again.
    var settledBefore: Date? {
        guard since == nil else { return nil }
        return marks.filter { types.contains($0.key) }.values.min().map { $0 - Self.overlap }
    }

    /// What no later run reads again once the marks stand here: nothing, if a type has none.
    func settled(_ marks: [String: Date], _ types: [String: TypeRecord]) -> Date? {
        let read = types.filter { self.types.contains($0.key) && $0.value.outcome != .skipped }.keys
        guard !read.isEmpty, read.allSatisfy({ marks[$0] != nil }) else { return nil }
        return read.compactMap { marks[$0] }.min().map { $0 - Self.overlap }
    }
}

extension AuditRecord {
    /// Where the last run began to read a log that it gave up.
    fileprivate func givenUp(_ log: String) -> String? {
        guard log != AuditSource.directory.name else { return outcome == .complete ? nil : from }
        return logs?[log].flatMap { $0.outcome == .complete ? nil : $0.from }
    }
}

extension Date {
    /// Reads what ``timestamp`` writes.
    init?(timestamp: String) {
        guard let date = try? Date(timestamp, strategy: .iso8601) else { return nil }
        self = date
    }
}

extension SelectedResource {
    /// The type and all chosen below it.
    var types: [GraphResource] { [resource] + children.flatMap(\.types) }
}
