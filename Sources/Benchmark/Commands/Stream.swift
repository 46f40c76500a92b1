import ArgumentParser
import CanonicalJSON
import Foundation
import GraphCatalog

/// Writes what `git fast-import` reads: the finished blobs of recorded pages.
///
/// This is git's share of the comparison: it is given for nothing what Tenantkeep has to make.
struct Stream: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the streams for git fast-import.", shouldDisplay: false)

    @Option(help: "The folder with the pages.")
    var pages: String

    @Option(help: "The file for blobs, one commit and its tree.")
    var whole: String

    @Option(help: "The file for the blobs alone.")
    var blobs: String

    /// What the pages hold.
    struct Content: Codable {
        var objects = 0
        var canonicalBytes = 0
    }

    func run() throws {
        let folder = try PageFolder(pages)
        var writer = try StreamWriter(whole: whole, blobs: blobs)
        for number in 0..<folder.count {
            let page = try CanonicalPage(folder.read(number), .collection, by: .users)
            for item in page.items { try writer.write(page, item) }
        }
        let content = try writer.finish()
        print(String(decoding: try JSONEncoder().encode(content), as: UTF8.self))
    }
}

/// Writes both streams. The commit's list of files is all that is kept.
private struct StreamWriter {
    private let whole: BufferedFile
    private let blobs: BufferedFile
    private var files: [UInt8] = []
    private var content = Stream.Content()

    init(whole: String, blobs: String) throws {
        self.whole = try BufferedFile(whole)
        self.blobs = try BufferedFile(blobs)
    }

    mutating func write(_ page: CanonicalPage, _ item: CanonicalPage.Item) throws {
        guard let id = page.id(of: item) else { throw Failed("A recorded user has no ID.") }
        content.objects += 1
        content.canonicalBytes += item.bytes.count
        let data = Array("data \(item.bytes.count)\n".utf8) + page.bytes[item.bytes]
        try whole.write(Array("blob\nmark :\(content.objects)\n".utf8) + data)
        try blobs.write(Array("blob\n".utf8) + data)
        let name = String(decoding: id, as: UTF8.self)
        files += Array("M 100644 :\(content.objects) Users/\(name)/\(name).json\n".utf8)
    }

    func finish() throws -> Stream.Content {
        let commit = """
            commit refs/heads/main
            committer Benchmark <benchmark@localhost> 1790000000 +0000
            data 7
            Backup

            """
        try whole.write(Array(commit.utf8) + files)
        try whole.close()
        try blobs.close()
        return content
    }
}

/// A file that is written in large pieces.
private final class BufferedFile {
    private let file: FileHandle
    private var pending: [UInt8] = []

    init(_ path: String) throws {
        try writeFile([], to: path)
        file = try FileHandle(forWritingTo: URL(filePath: path))
    }

    func write(_ bytes: [UInt8]) throws {
        pending += bytes
        if pending.count >= 1 << 20 { try flush() }
    }

    func close() throws {
        try flush()
        try file.close()
    }

    private func flush() throws {
        try file.write(contentsOf: Data(pending))
        pending.removeAll(keepingCapacity: true)
    }
}

extension CanonicalRules {
    /// What the catalog says about users.
    static let users = CanonicalRules(
        idMember: GraphResource.users.idMember, volatile: GraphResource.users.volatile,
        sets: GraphResource.users.sets)
}
