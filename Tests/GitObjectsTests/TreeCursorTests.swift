import GitObjects
import TestSupport
import Testing

struct TreeCursorTests {
    /// Entries whose names are near each other: prefixes, and bytes on both sides of `/`.
    private func entries(_ random: inout SplitMix64) -> [TreeEntry] {
        let letters = Array("a.-0~".utf8) + [0xC3, 0xFF, 0x01]
        var entries: [[UInt8]: TreeEntry] = [:]
        for _ in 0..<80 {
            let name = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? 0
            }
            let mode: TreeEntry.Mode = Bool.random(using: &random) ? .folder : .file
            entries[name] = TreeEntry(
                mode, name, ObjectID(random.next(), random.next(), 7))
        }
        return entries.values.sorted { $0.precedes($1) }
    }

    @Test(arguments: 1...20)
    func `it sees what a reader sees`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let entries = entries(&random)
        var writer = TreeWriter()
        for entry in entries { writer.append(entry) }

        var cursor = TreeCursor(writer.bytes)
        var seen: [TreeEntry] = []
        while try cursor.advance() {
            #expect(cursor.isFolder != cursor.isFile)
            #expect(cursor.bytes[cursor.idRange].elementsEqual(cursor.id.bytes))
            seen.append(
                TreeEntry(
                    cursor.isFolder ? .folder : .file, Array(cursor.bytes[cursor.name]), cursor.id))
        }

        #expect(seen == entries)
        #expect(cursor.start == writer.bytes.count)
    }

    @Test(arguments: 1...20)
    func `it compares names as trees are ordered`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let entries = entries(&random)
        for one in entries {
            var writer = TreeWriter()
            writer.append(one)
            var cursor = TreeCursor(writer.bytes)
            #expect(try cursor.advance())
            for other in entries {
                let order = cursor.order(of: other.name[...], isFolder: other.mode == .folder)

                #expect((order < 0) == one.precedes(other))
                #expect((order > 0) == other.precedes(one))
            }
        }
    }

    @Test func `executables and links are neither file nor folder`() throws {
        var cursor = TreeCursor(Array("100755 x\0".utf8) + [UInt8](repeating: 1, count: 20))

        #expect(try cursor.advance())

        #expect(!cursor.isFolder && !cursor.isFile)
    }

    @Test func `a tree cut anywhere but between entries is malformed`() throws {
        let whole = Array("40000 folder\0".utf8) + [UInt8](repeating: 1, count: 20)
        for end in 1..<whole.count {
            var cursor = TreeCursor(Array(whole[..<end]))
            #expect(throws: MalformedObject.self) { try cursor.advance() }
        }
        var cursor = TreeCursor(whole)
        #expect(try cursor.advance())
        #expect(try !cursor.advance())
    }
}
