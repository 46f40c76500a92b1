import GitObjects
import TestSupport
import Testing

struct TreeIndexTests {
    @Test func `every entry is found where it is, and no other`() throws {
        var random = SplitMix64(seed: 6)
        var entries: [TreeEntry] = []
        for number in 0..<500 {
            let name = Array("\(UInt16.random(in: 0...999, using: &random))-\(number)".utf8)
            entries.append(
                TreeEntry(
                    number % 3 == 0 ? .file : .folder, name, ObjectID(random.next(), 2, 3)))
        }
        var writer = TreeWriter()
        for entry in entries.sorted(by: { $0.precedes($1) }) { writer.append(entry) }

        let index = try TreeIndex(writer.bytes)

        for entry in entries {
            let isFolder = entry.mode == .folder
            let range = try #require(
                try index.idRange(of: entry.name[...], isFolder: isFolder, in: writer.bytes))
            #expect(writer.bytes[range].elementsEqual(entry.id.bytes))
            #expect(
                try index.idRange(of: entry.name[...], isFolder: !isFolder, in: writer.bytes)
                    == nil)
            let longer = entry.name + [0x30]
            #expect(try index.idRange(of: longer[...], isFolder: isFolder, in: writer.bytes) == nil)
        }
    }

    @Test func `an executable is not found, for its mode would have to change too`() throws {
        let tree = Array("100755 x\0".utf8) + [UInt8](repeating: 1, count: 20)

        let range = try TreeIndex(tree).idRange(
            of: Array("x".utf8)[...], isFolder: false, in: tree)

        #expect(range == nil)
    }

    @Test func `what is no tree has no index`() {
        #expect(throws: MalformedObject.self) { _ = try TreeIndex(Array("100644 x".utf8)) }
    }
}
