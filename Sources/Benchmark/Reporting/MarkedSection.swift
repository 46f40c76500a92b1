import Foundation

/// The part of a Markdown file between two comments that the benchmark writes.
enum MarkedSection {
    private static let begin = "<!-- benchmark -->"
    private static let end = "<!-- /benchmark -->"

    /// Puts `text` between the marks.
    ///
    /// - Throws: if the file does not have both, in this order.
    static func replace(in path: String, with text: String) throws {
        let old = try String(contentsOfFile: path, encoding: .utf8)
        guard let start = old.range(of: begin)?.upperBound,
            let stop = old.range(of: end, range: start..<old.endIndex)?.lowerBound
        else { throw Failed("\(path) has no \(begin) and \(end).") }
        let new = "\(old[..<start])\n\n\(text)\n\n\(old[stop...])"
        try new.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
