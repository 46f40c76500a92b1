import Synchronization

/// A moment, in steps of 100 ns since 1970, as exact as Graph writes it.
package struct Timestamp: Sendable, Hashable, Comparable {
    package var ticks: Int64

    package static let ticksPerSecond: Int64 = 10_000_000

    package init(ticks: Int64) { self.ticks = ticks }

    package init(seconds: Double) {
        ticks = Int64((seconds * Double(Self.ticksPerSecond)).rounded())
    }

    package var seconds: Double { Double(ticks) / Double(Self.ticksPerSecond) }

    package static func < (left: Self, right: Self) -> Bool { left.ticks < right.ticks }

    package static func + (left: Self, seconds: Double) -> Self {
        Self(ticks: left.ticks + Int64((seconds * Double(ticksPerSecond)).rounded()))
    }

    package static func - (left: Self, right: Self) -> Double {
        Double(left.ticks - right.ticks) / Double(ticksPerSecond)
    }
}

extension Timestamp {
    /// Reads `2026-01-22T18:15:02.3875429Z`; the time of day, the fraction and the offset may be
    /// missing. Returns `nil` for anything else.
    package init?(_ text: String) {
        let halves = text.split(separator: "T", maxSplits: 1)
        let date = halves.first?.split(separator: "-").compactMap { Int($0) } ?? []
        guard date.count == 3, (1...12).contains(date[1]), (1...31).contains(date[2]) else {
            return nil
        }
        var total = Int64(daysSinceEpoch(year: date[0], month: date[1], day: date[2])) * 86_400
        var fraction: Int64 = 0
        if halves.count == 2 {
            guard let time = TimeOfDay(halves[1]) else { return nil }
            total += time.seconds
            fraction = time.ticks
        }
        ticks = total * Self.ticksPerSecond + fraction
    }

    /// `2026-01-22T18:15:02Z`, with as many digits after the point as asked for.
    package func iso(fraction digits: Int = 0) -> String {
        let fields = self.fields
        var text =
            "\(fields.year)-\(two(fields.month))-\(two(fields.day))"
            + "T\(two(fields.hour)):\(two(fields.minute)):\(two(fields.second))"
        if digits > 0 {
            let fraction = String(ticks - (ticks / Self.ticksPerSecond) * Self.ticksPerSecond)
            let padded = String(repeating: "0", count: max(0, 7 - fraction.count)) + fraction
            text += "." + padded.prefix(digits)
        }
        return text + "Z"
    }

    /// `Thu, 22 Jan 2026 18:15:02 GMT` (RFC 9110 §5.6.7).
    package var httpDate: String {
        let fields = self.fields
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let month = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        return "\(weekday[(fields.days % 7 + 7) % 7]), \(two(fields.day)) "
            + "\(month[fields.month - 1]) \(fields.year) "
            + "\(two(fields.hour)):\(two(fields.minute)):\(two(fields.second)) GMT"
    }

    private typealias Fields = (
        days: Int, year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
    )

    private var fields: Fields {
        let whole = Int((Double(ticks) / Double(Self.ticksPerSecond)).rounded(.down))
        let days = Int((Double(whole) / 86_400).rounded(.down))
        let rest = whole - days * 86_400
        let date = civil(days: days)
        return (
            days, date.year, date.month, date.day, rest / 3600, rest / 60 % 60, rest % 60
        )
    }
}

/// The part of a moment behind its `T`.
private struct TimeOfDay {
    var seconds: Int64 = 0
    var ticks: Int64 = 0

    init?(_ text: Substring) {
        var text = text
        if text.last == "Z" || text.last == "z" {
            text = text.dropLast()
        } else if let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" || $0 == " " }) {
            let offset = text[sign...].dropFirst().split(separator: ":").compactMap { Int64($0) }
            guard offset.count == 2 else { return nil }
            let away = offset[0] * 3600 + offset[1] * 60
            seconds -= text[sign] == "-" ? -away : away
            text = text[..<sign]
        }
        let parts = text.split(separator: ".", maxSplits: 1)
        let clock = parts.first?.split(separator: ":").compactMap { Int64($0) } ?? []
        guard clock.count == 2 || clock.count == 3 else { return nil }
        seconds += clock[0] * 3600 + clock[1] * 60 + (clock.count == 3 ? clock[2] : 0)
        if parts.count == 2 {
            guard let digits = Int64(parts[1].prefix(7)) else { return nil }
            ticks = (parts[1].count..<7).reduce(digits) { value, _ in value * 10 }
        }
    }
}

private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

/// Days from 1970-01-01 in the Gregorian calendar (Howard Hinnant's `days_from_civil`).
private func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
}

private func civil(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let index = (5 * dayOfYear + 2) / 153
    let month = index < 10 ? index + 3 : index - 9
    return (
        yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * index + 2) / 5 + 1
    )
}

/// Where the simulator takes its time from.
package protocol SimulatorClock: Sendable {
    var now: Timestamp { get }

    /// Moves the clock on, so that tokens expire and buckets fill without waiting.
    func advance(by seconds: Double)
}

/// The machine's time, moved by ``advance(by:)`` if a demonstration wants a token to expire.
package final class WallClock: SimulatorClock {
    // A Mutex: the clock is read by every request on every thread, and never across a suspension.
    private let offset = Mutex<Double>(0)

    package init() {}

    package var now: Timestamp { unixNow() + offset.withLock { $0 } }

    package func advance(by seconds: Double) { offset.withLock { $0 += seconds } }
}

/// A clock that stands still until a test moves it.
package final class ManualClock: SimulatorClock {
    // A Mutex for the same reason as in ``WallClock``.
    private let time: Mutex<Timestamp>

    package init(_ start: Timestamp) { time = Mutex(start) }

    package var now: Timestamp { time.withLock { $0 } }

    package func advance(by seconds: Double) { time.withLock { $0 = $0 + seconds } }
}
