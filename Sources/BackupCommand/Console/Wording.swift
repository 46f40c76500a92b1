extension Int {
    /// `1,234,567`
    var grouped: String {
        var text = ""
        for (index, digit) in String(magnitude).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (self < 0 ? "-" : "") + String(text.reversed())
    }

    /// `1 object`, `2,000 objects`
    func counted(_ noun: String) -> String {
        "\(grouped) \(self == 1 ? noun : noun + "s")"
    }
}

extension Duration {
    /// `0.4 s`, `12 s`, `3 min`, `1 h 5 min`: as exact as a person needs it.
    var wording: String { wording(tenths: true) }

    /// - Parameter tenths: whether fewer than ten seconds have a decimal.
    func wording(tenths: Bool) -> String {
        let count = Int((self / .milliseconds(100)).rounded())
        if tenths, count < 100 { return "\(count / 10).\(count % 10) s" }
        let seconds = Int((self / .seconds(1)).rounded())
        if seconds < 120 { return "\(seconds) s" }
        let minutes = Int((self / .seconds(60)).rounded())
        if minutes < 60 { return "\(minutes) min" }
        return "\(minutes / 60) h" + (minutes % 60 == 0 ? "" : " \(minutes % 60) min")
    }
}

/// Lays cells out in columns, two spaces apart. The last column is not filled up.
func columns(_ rows: [[String]]) -> [String] {
    var widths: [Int] = []
    for row in rows {
        for (index, cell) in row.enumerated() {
            if index == widths.count { widths.append(0) }
            widths[index] = max(widths[index], cell.count)
        }
    }
    return rows.map { row in
        let cells = row.enumerated().map { index, cell in
            index == row.count - 1
                ? cell : cell + String(repeating: " ", count: widths[index] - cell.count)
        }
        return cells.joined(separator: "  ")
    }
}
