import Foundation

/// A pack of a repository.
struct Pack {
    let repository: String
    /// `pack-…`, without extension.
    let name: String

    var path: String { "\(repository)/objects/pack/\(name).pack" }
    var index: String { "\(repository)/objects/pack/\(name).idx" }

    static func all(in repository: String) throws -> [Pack] {
        try FileManager.default.contentsOfDirectory(atPath: "\(repository)/objects/pack")
            .filter { $0.hasSuffix(".pack") }.sorted()
            .map { Pack(repository: repository, name: String($0.dropLast(".pack".count))) }
    }

    /// The most bytes in the pack that a tree takes; `nil` if there is no tree.
    ///
    /// Each object is a line: ID, kind, size, size in the pack, offset and more.
    func largestTree(_ workshop: Workshop) throws -> Int? {
        try workshop.git(repository, "verify-pack", "-v", index).split(separator: "\n")
            .compactMap { line in
                let fields = line.split(separator: " ", omittingEmptySubsequences: true)
                guard fields.count >= 5, fields[1] == "tree" else { return nil }
                return Int(fields[3])
            }.max()
    }
}
