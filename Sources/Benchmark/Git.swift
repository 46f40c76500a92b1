import CanonicalJSON
import Foundation
import GraphCatalog

/// Real git, given for nothing what Tenantkeep has to make: the finished blobs.
struct Git {
    let folder: URL
    private let stream: URL

    /// Writes the `fast-import` stream of all objects of the pages, in one commit.
    init(_ recorded: RecordedPages, of resource: GraphResource, in folder: URL) throws {
        self.folder = folder
        stream = folder.appending(path: "stream")
        var bytes: [UInt8] = []
        var files = ""
        var mark = 0
        let rules = CanonicalRules(volatile: resource.volatile, sets: resource.sets)
        for page in recorded.pages {
            let canonical = try CanonicalPage(page.body, .collection, by: rules)
            for item in canonical.items {
                guard let id = canonical.id(of: item) else { continue }
                mark += 1
                bytes += Array("blob\nmark :\(mark)\ndata \(item.bytes.count)\n".utf8)
                bytes += canonical.bytes[item.bytes] + [0x0A]
                let name = String(decoding: id, as: UTF8.self)
                files += "M 100644 :\(mark) Users/\(name)/\(name).json\n"
            }
        }
        let commit =
            "commit refs/heads/main\ncommitter B <b@localhost> 1790000000 +0000\ndata 1\nb\n"
        try Data(bytes + Array((commit + files).utf8)).write(to: stream)
    }

    /// Imports the stream into a new repository and returns its size.
    func fastImport(into name: String) throws -> Int {
        let repository = folder.appending(path: name).path
        try run(["init", "--quiet", "--bare", repository], input: nil)
        try run(["--git-dir", repository, "fast-import", "--quiet"], input: stream)
        return try size(of: repository)
    }

    private func run(_ arguments: [String], input: URL?) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        process.standardInput =
            try input.map { try FileHandle(forReadingFrom: $0) } ?? FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(what: "git \(arguments.joined(separator: " "))")
        }
    }
}

/// Bytes of all files below a folder.
func size(of path: String) throws -> Int {
    let files = try FileManager.default.subpathsOfDirectory(atPath: path)
    return try files.reduce(0) { sum, file in
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(file)")
        guard attributes[.type] as? FileAttributeType == .typeRegular else { return sum }
        return sum + (attributes[.size] as? Int ?? 0)
    }
}
