/// Returns the seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`; `nil` for any other form.
///
/// <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>
package func secondsOfHTTPDate(_ text: String) -> Int64? {
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
