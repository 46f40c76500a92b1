/// Returns the known word with the fewest letters to change, in any case of letters; the first of
/// several, and an empty word if none is known.
package func nearest(to word: String, among known: some Sequence<String>) -> String {
    let distances = known.map { ($0, editDistance(word.lowercased(), $0.lowercased())) }
    return distances.min { $0.1 < $1.1 }?.0 ?? ""
}

/// Returns how many letters to insert, remove, replace or swap with their neighbour to make one word
/// of the other (optimal string alignment).
package func editDistance(_ a: String, _ b: String) -> Int {
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
