/// Returns the known word with the fewest letters to change; the first of several.
func nearest(to word: String, among known: [String]) -> String {
    let distances = known.map { ($0, changes(from: word.lowercased(), to: $0.lowercased())) }
    return distances.min { $0.1 < $1.1 }?.0 ?? ""
}

/// Returns how many letters to insert, remove, replace or swap with their neighbour to make `b` of
/// `a` (optimal string alignment).
func changes(from a: String, to b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var rows = [Array(0...b.count)]
    for i in 0..<a.count {
        var row = [i + 1]
        for j in 0..<b.count {
            let replaced = rows[i][j] + (a[i] == b[j] ? 0 : 1)
            var cost = min(replaced, rows[i][j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                cost = min(cost, rows[i - 1][j - 1] + 1)
            }
            row.append(cost)
        }
        rows.append(row)
    }
    return rows[a.count][b.count]
}
