import BackupEngine

/// How far a run is: what its events add up to, and how that reads.
///
/// Pure: time comes in from outside, as what has passed since the run began.
struct Progress: Sendable {
    /// What the run is at.
    enum Stage: Hashable, Sendable {
        case starting, fetching, reading, comparing, publishing, pushing
    }

    private struct TypeProgress {
        var objects = 0
        var previous: Int?
        var isDone = false
    }

    private(set) var stage = Stage.starting
    private var types: [String: TypeProgress] = [:]
    /// When the first type began.
    private var readingSince = Duration.zero

    mutating func take(_ event: BackupEvent, at time: Duration) {
        switch event {
        case .began(let type, let previous):
            if stage == .starting || stage == .fetching { readingSince = time }
            stage = .reading
            types[type] = TypeProgress(previous: previous)
        case .read(let type, let objects): types[type, default: TypeProgress()].objects = objects
        case .ended(let type, let record):
            types[type, default: TypeProgress()].isDone = true
            if record.outcome == .complete { types[type]?.objects = record.objects }
        case .comparing: stage = .comparing
        case .publishing: stage = .publishing
        case .fetching where stage == .starting: stage = .fetching
        case .pushing: stage = .pushing
        case .untidy, .fetching, .remoteFailed, .diverged, .passedOver, .rebuilt, .missing, .clock,
            .checkedOut, .otherHead, .unsynced:
            break
        }
    }

    /// Objects read so far.
    var objects: Int { types.values.reduce(0) { $0 + $1.objects } }

    /// Objects that will have been read, as far as the last backup tells; `nil` if it does not.
    private var expected: Int? {
        var sum = 0
        for type in types.values {
            if type.isDone {
                sum += type.objects
            } else if let previous = type.previous {
                sum += max(previous, type.objects)
            } else {
                return nil
            }
        }
        return sum > 0 ? sum : nil
    }

    /// The types being read, in byte order.
    private var openTypes: [String] {
        types.filter { !$0.value.isDone }.keys.sorted()
    }

    // MARK: Words

    /// The line for a terminal, at most `width` columns wide.
    func line(at time: Duration, width: Int) -> String {
        let text =
            switch stage {
            case .starting: "Signing in"
            case .reading: [bar, readingText(at: time)].compactMap(\.self).joined(separator: " ")
            case .comparing: "Comparing \(objects.counted("object"))"
            case .publishing: "Publishing"
            case .fetching: "Fetching the last backup"
            case .pushing: "Pushing"
            }
        return String(text.prefix(max(width, 0)))
    }

    /// The line for a log.
    func plainLine(at time: Duration) -> String {
        switch stage {
        case .starting: "Signing in."
        case .reading: "Reading: \(readingText(at: time))."
        case .comparing: "Comparing \(objects.counted("object")) with the last backup."
        case .publishing: "Publishing."
        case .fetching: "Fetching the last backup."
        case .pushing: "Pushing."
        }
    }

    /// `[=====>    ]  51%`
    private var bar: String? {
        guard let expected else { return nil }
        let share = min(Double(objects) / Double(expected), 1)
        let filled = Int(share * 20)
        let head = filled < 20 ? ">" : ""
        let percent = String(Int(share * 100))
        return "[" + String(repeating: "=", count: filled) + head
            + String(repeating: " ", count: 20 - filled - head.count) + "] "
            + String(repeating: " ", count: 3 - percent.count) + percent + "%"
    }

    /// `41,200 objects, 5,230/s, 12 s left, groups and 2 more`
    private func readingText(at time: Duration) -> String {
        let rate = rate(at: time)
        let open = openTypes
        let more = open.count > 1 ? " and \(open.count - 1) more" : ""
        return [
            objects.counted("object"), rate.map { "\(Int($0).grouped)/s" },
            remaining(at: rate).map { "\($0.wording(tenths: false)) left" },
            open.first.map { $0 + more },
        ].compactMap(\.self).joined(separator: ", ")
    }

    /// Objects a second, since the first type began; `nil` in the first half second.
    private func rate(at time: Duration) -> Double? {
        let passed = time - readingSince
        return passed < .milliseconds(500) ? nil : Double(objects) / (passed / .seconds(1))
    }

    private func remaining(at rate: Double?) -> Duration? {
        guard let rate, rate > 0, let expected, expected > objects else { return nil }
        return .seconds((Double(expected - objects) / rate).rounded(.up))
    }
}
