import CanonicalJSON
import Encodings
import GraphCatalog

extension AccessToken {
    /// Reads Entra's answer to a request that was sent at `asked`. Numbers may be strings.
    init?(_ document: JSONValue, from asked: Duration) {
        guard let value = document["access_token"]?.string, isToken(value),
            let life = seconds(document["expires_in"])
        else { return nil }
        let margin = life < .seconds(600) ? life / 2 : life - .seconds(300)
        let renewal = seconds(document["refresh_in"]).map { min($0, margin) } ?? margin
        self.init(value: value, renewal: asked + renewal, expiry: asked + life)
    }

    /// Reads the answer of a managed identity's platform, which may name the end of the token's
    /// life as a date only. A token of a day is renewed when half of it is over.
    ///
    /// - Parameter now: seconds since 1970, when the request was sent.
    init?(ofPlatform document: JSONValue, from asked: Duration, now: Int) {
        let end = document["expires_on"].flatMap { moment(of: $0) }
        let rest = end.flatMap { $0 > now ? Duration.seconds($0 - now) : nil }
        guard let value = document["access_token"]?.string, isToken(value),
            let life = seconds(document["expires_in"]) ?? rest
        else { return nil }
        let margin: Duration =
            switch life {
            case ..<Duration.seconds(600): life / 2
            case ...Duration.seconds(7200): life - .seconds(300)
            default: life / 2
            }
        self.init(value: value, renewal: asked + margin, expiry: asked + life)
    }
}

/// Reads a number of seconds, which may be a string.
private func seconds(_ value: JSONValue?) -> Duration? {
    let text = value?.number ?? value?.string
    return text.flatMap(Double.init).flatMap {
        (1...1e8).contains($0) ? .seconds(Int64($0)) : nil
    }
}

/// Reads a date in any of the forms that the platforms write; seconds since 1970.
private func moment(of value: JSONValue) -> Int? {
    guard let text = value.number ?? value.string else { return nil }
    if let seconds = Double(text) { return (1...1e11).contains(seconds) ? Int(seconds) : nil }
    return PlatformDate(text)?.seconds
}

/// A date as the platforms of Azure write it: `10/26/2026 01:19:59`, `10/26/2026 1:19:59 AM +00:00`,
/// `2026-10-26 01:19:59`, `2026-10-26T01:19:59.5Z`. It means UTC unless it says something else.
struct PlatformDate {
    /// Since 1970.
    let seconds: Int

    init?(_ text: String) {
        var words = text.split { $0 == " " || $0 == "T" }.map(String.init)
        guard words.count >= 2, let date = Self.days(words[0]) else { return nil }
        words.removeFirst()
        var time = words.removeFirst()
        var offset = 0
        if time.hasSuffix("Z") {
            time.removeLast()
        } else if let sign = time.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            words.append(String(time[sign...]))
            time = String(time[..<sign])
        }
        guard var clock = Self.clock(time, separator: ":") else { return nil }
        for word in words {
            switch word.uppercased() {
            case "AM": clock.0 %= 12
            case "PM": clock.0 = clock.0 % 12 + 12
            default:
                guard let first = word.first, first == "+" || first == "-",
                    let away = Self.clock(String(word.dropFirst()), separator: ":")
                else { return nil }
                offset = (away.0 * 3600 + away.1 * 60) * (first == "-" ? -1 : 1)
            }
        }
        seconds = date * 86_400 + clock.0 * 3600 + clock.1 * 60 + clock.2 - offset
    }

    /// Days since 1970 of `2026-10-26` or `10/26/2026`.
    private static func days(_ text: String) -> Int? {
        let isYearFirst = text.contains("-")
        let parts = text.split(separator: isYearFirst ? "-" : "/").compactMap { Int64($0) }
        guard parts.count == 3 else { return nil }
        let (year, month, day) =
            isYearFirst ? (parts[0], parts[1], parts[2]) : (parts[2], parts[0], parts[1])
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
            return nil
        }
        return Int(daysSince1970(year: year, month: month, day: day))
    }

    /// Hours, minutes and whole seconds.
    private static func clock(_ text: String, separator: Character) -> (Int, Int, Int)? {
        let parts = text.split(separator: separator).map { $0.prefix { $0 != "." } }
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, (2...3).contains(numbers.count),
            numbers.allSatisfy({ (0...60).contains($0) })
        else { return nil }
        return (numbers[0], numbers[1], numbers.count == 3 ? numbers[2] : 0)
    }
}
