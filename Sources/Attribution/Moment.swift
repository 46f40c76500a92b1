import Encodings
import GraphCatalog

/// A moment, in steps of 100 ns since 1970, as exact as the audit log has it.
package struct Moment: Hashable, Comparable, Sendable {
    package let ticks: Int64

    package init(ticks: Int64) { self.ticks = ticks }

    /// - Parameter seconds: since 1970, UTC.
    package init(seconds: Double) { ticks = Int64((seconds * 10_000_000).rounded()) }

    /// Whole seconds since 1970, UTC, as git counts.
    package var seconds: Int64 {
        let part = ticks % 10_000_000
        return ticks / 10_000_000 - (part < 0 ? 1 : 0)
    }

    package static func < (one: Self, other: Self) -> Bool { one.ticks < other.ticks }

    /// Reads `2026-01-22T18:15:02.3875429Z`, the only form the audit logs have; digits after the
    /// seventh are left out. `nil` for anything else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
            let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            [bytes[4], bytes[7], bytes[10], bytes[13], bytes[16]] == Array("--T::".utf8),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let digits = bytes[19..<bytes.count - 1]
        guard digits.isEmpty || digits.first == UInt8(ascii: ".") else { return nil }
        let shown = digits.dropFirst().prefix(7)
        guard let fraction = shown.isEmpty ? 0 : number(shown) else { return nil }
        let scale = (shown.count..<7).reduce(Int64(1)) { scale, _ in scale * 10 }
        let days = daysSince1970(year: year, month: month, day: day)
        let whole = days * 86_400 + hour * 3600 + minute * 60 + second
        ticks = whole * 10_000_000 + fraction * scale
    }
}

private func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for digit in digits {
        guard (0x30...0x39).contains(digit) else { return nil }
        value = value * 10 + Int64(digit - 0x30)
    }
    return value
}
