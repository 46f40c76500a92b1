import GitObjects
import TestSupport
import Testing

struct TreeTests {
    @Test(arguments: 1...20)
    func `a tree in our order has the bytes git mktree gives it`(seed: UInt64) throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        var random = SplitMix64(seed: seed)
        let entries = try generatedEntries(in: repository, &random)

        let sorted = entries.sorted { $0.precedes($1) }
        var writer = TreeWriter()
        for entry in sorted { writer.append(entry) }
        let id = ObjectID(of: .tree, writer.bytes.span)

        let lines = entries.shuffled(using: &random).flatMap(mktreeLine)
        #expect(try repository.git("mktree", "-z", "--missing", input: lines) == "\(id)")
        #expect(try repository.gitBytes("cat-file", "tree", "\(id)") == writer.bytes)
    }

    /// Names that are near each other: prefixes, and bytes on both sides of `/`.
    private func generatedEntries(
        in repository: TemporaryRepository, _ random: inout SplitMix64
    ) throws -> [TreeEntry] {
        let blob = try #require(
            ObjectID(hex: try repository.git("hash-object", "-w", "--stdin", input: [1])))
        let tree = try #require(ObjectID(hex: try repository.git("mktree")))
        let letters: [UInt8] =
            Array("a.-/0~".utf8).filter { $0 != 0x2F } + [0x2E, 0x30, 0xC3, 0xFF]
        var entries: [[UInt8]: TreeEntry] = [:]
        for _ in 0..<60 {
            let count = Int.random(in: 1...4, using: &random)
            let name =
                [0x61] + (0..<count).map { _ in letters.randomElement(using: &random) ?? 0x61 }
            let isFolder = Bool.random(using: &random)
            entries[name] = TreeEntry(isFolder ? .folder : .file, name, isFolder ? tree : blob)
        }
        return Array(entries.values)
    }

    private func mktreeLine(_ entry: TreeEntry) -> [UInt8] {
        let mode = entry.mode == .folder ? "040000 tree" : "100644 blob"
        return Array("\(mode) \(entry.id)\t".utf8) + entry.name + [0]
    }

    @Test func `a tree by git is read entry by entry and written back byte for byte`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        let blob = try repository.git("hash-object", "-w", "--stdin", input: Array("x".utf8))
        let lines = """
            100644 blob \(blob)\tfile
            100755 blob \(blob)\tprogram
            120000 blob \(blob)\tlink
            160000 commit 1111111111111111111111111111111111111111\tsubmodule
            040000 tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\tfolder

            """
        let id = try repository.git("mktree", "--missing", input: Array(lines.utf8))
        let bytes = try repository.gitBytes("cat-file", "tree", id)

        var reader = TreeReader(bytes)
        var writer = TreeWriter()
        var names: [String] = []
        while let entry = try reader.next() {
            names.append(String(decoding: entry.name, as: UTF8.self))
            writer.append(entry)
        }

        #expect(names == ["file", "folder", "link", "program", "submodule"])
        #expect(writer.bytes == bytes)
    }

    @Test func `a tree cut anywhere but between entries is malformed`() throws {
        var writer = TreeWriter()
        let none: [UInt8] = []
        let id = ObjectID(of: .blob, none.span)
        writer.append(.file, Array("a".utf8), id)
        let whole = writer.bytes
        for end in 1..<whole.count {
            var reader = TreeReader(Array(whole[..<end]))
            #expect(throws: MalformedObject.self) { try reader.next() }
        }
        var reader = TreeReader(whole)
        #expect(try reader.next()?.name == Array("a".utf8))
        #expect(try reader.next() == nil)
    }
}
