import Encodings
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
