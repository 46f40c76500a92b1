import FoundationEssentials

/// A moment as a person names it: `2026-11-01`, `2026-11-01T02:00:00Z`, `3d` ago.
enum PointInTime: Hashable, Sendable {
    case date(Date)
    case age(seconds: Double)

    /// `nil` for any other text, an age of more than a hundred years, and a year before 1970 or
    /// after 9999.
    init?(_ text: String) {
        let text = String(text.trimmingSpaces)
        guard let point = Self(anyTime: text), point.isUsable else { return nil }
        self = point
    }

    private var isUsable: Bool {
        switch self {
        case .date(let date): (0..<253_402_300_800).contains(date.timeIntervalSince1970)
        case .age(let seconds): seconds <= 100 * 366 * 86_400
        }
    }

    private init?(anyTime text: String) {
        let units: [Character: Double] = ["m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        if let last = text.last, let unit = units[last], let count = Int(text.dropLast()),
            count >= 0
        {
            self = .age(seconds: Double(count) * unit)
        } else if let date = try? Date(text, strategy: .iso8601) {
            self = .date(date)
        } else if let date = try? Date("\(text)T00:00:00Z", strategy: .iso8601) {
            self = .date(date)
        } else {
            return nil
        }
    }

    func date(before now: Date) -> Date {
        switch self {
        case .date(let date): date
        case .age(let seconds): now - seconds
        }
    }
}
