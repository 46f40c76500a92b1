import GraphCatalog
import NIOHTTP1

/// Returns how long a server wants to be left alone: the largest wait among its `Retry-After`s.
///
/// Graph sends whole seconds, fractions (`2.128`), lists (`30,120`) and dates (RFC 9110 §10.2.3).
/// A date counts from the answer's own `Date`, so a wrong clock here does no harm.
func requestedWait(_ headers: HTTPHeaders) -> Duration? {
    let sent = headers.first(name: "date").flatMap(secondsOfHTTPDate)
    return headers["retry-after"].compactMap { value in
        if let until = secondsOfHTTPDate(value) {
            return sent.map { .seconds(max(0, until - $0)) }
        }
        return value.split(separator: ",").compactMap(wait).max()
    }.max()
}

/// Returns the wait that `seconds` means, in whole milliseconds rounded up.
private func wait(seconds text: Substring) -> Duration? {
    let digits = text.drop(while: \.isWhitespace)
    guard let seconds = Double(digits.prefix { !$0.isWhitespace }), seconds >= 0, seconds.isFinite
    else { return nil }
    return .milliseconds(Int64((min(seconds, mostSeconds) * 1000).rounded(.up)))
}

/// Longer waits, in seconds, are this long: 31 years. No arithmetic with them overflows.
let mostSeconds = 1e9

/// Returns the seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`; `nil` for any other form.
func secondsOfHTTPDate(_ text: String) -> Int64? {
    let fields = text.split(separator: " ")
    guard fields.count == 6, fields[0].hasSuffix(","), fields[5] == "GMT",
        let day = Int64(fields[1]), (1...31).contains(day),
        let month = months.firstIndex(of: String(fields[2])),
        let year = Int64(fields[3]), (1970...9999).contains(year)
    else { return nil }
    let time = fields[4].split(separator: ":").compactMap { Int64($0) }
    guard time.count == 3, time.allSatisfy({ (0...60).contains($0) }) else { return nil }
    let days = daysSince1970(year: year, month: Int64(month) + 1, day: day)
    return days * 86400 + time[0] * 3600 + time[1] * 60 + time[2]
}

private let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]
