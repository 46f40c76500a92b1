/// Days from 1970-01-01 in the Gregorian calendar, of a year after 0.
///
/// Years begin in March here, so that the leap day is a year's last.
package func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month > 2 ? year : year - 1
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
}
