import GitObjects
import TestSupport
import Testing

@testable import GitPack

struct TreeDeltaTests {
    @Test func `a delta makes the one tree of the other, whatever differs`() throws {
        var random = SplitMix64(seed: 43)
        for _ in 0..<300 {
            let base = tree(Int.random(in: 0...60, using: &random), &random)
            let target = changed(base, &random)

            let delta = try #require(ObjectDelta(fromTree: bytes(base), to: bytes(target)))

            #expect(applied(delta.bytes, to: bytes(base)) == bytes(target))
        }
    }

    @Test func `of an entry that leads elsewhere only the ID is written`() throws {
        var random = SplitMix64(seed: 44)
        let base = tree(1_000, &random).map { TreeEntry(.folder, $0.name, $0.id) }
        var target = base
        target[500] = TreeEntry(target[500].mode, target[500].name, randomID(&random))

        let delta = try #require(ObjectDelta(fromTree: bytes(base), to: bytes(target)))

        // Two sizes, two copies, and the ID behind its count.
        #expect(delta.bytes.count <= 2 * 3 + 2 * 7 + 21)
    }

    @Test func `an entry more or less costs no more than itself`() throws {
        var random = SplitMix64(seed: 45)
        let base = tree(1_000, &random)
        var target = base
        let gone = target.remove(at: 400)

        for (from, to, literal) in [(base, target, 0), (target, base, gone.name.count + 29)] {
            let delta = try #require(ObjectDelta(fromTree: bytes(from), to: bytes(to)))
            #expect(delta.bytes.count <= 2 * 3 + 2 * 7 + literal)
        }
    }

    @Test func `a file and a folder of one name are followed in git's order`() throws {
        let id = ObjectID(1, 2, 3)
        let base = [entry(.file, "a", id), entry(.file, "a.b", id), entry(.folder, "a", id)]
        let target = [entry(.file, "a.b", id), entry(.folder, "a", id), entry(.folder, "b", id)]

        let delta = try #require(ObjectDelta(fromTree: bytes(base), to: bytes(target)))

        #expect(applied(delta.bytes, to: bytes(base)) == bytes(target))
        #expect(delta.bytes.count <= 2 + 3 + 1 + "40000 b".count + 21)
    }

    @Test(arguments: [
        "100644 a", "100644 a\0short", "100644", "\0", "x\0aaaaaaaaaaaaaaaaaaaaaaaaaa",
    ])
    func `bytes that are no tree give none`(text: String) {
        let whole = bytes([entry(.file, "b", ObjectID(1, 2, 3))])

        #expect(ObjectDelta(fromTree: Array(text.utf8), to: whole) == nil)
        #expect(TreeSketch(Array(text.utf8)) == nil)
    }

    @Test func `trees of one folder are known by their names, others are not`() throws {
        var random = SplitMix64(seed: 46)
        let old = tree(500, &random)
        let new = old.map { TreeEntry($0.mode, $0.name, randomID(&random)) }.dropLast(5)
        let other = tree(500, &random)
        func common(_ one: [TreeEntry], _ two: [TreeEntry]) throws -> Int {
            let one = try #require(TreeSketch(bytes(one))).hashes
            return Set(one).intersection(try #require(TreeSketch(bytes(two))).hashes).count
        }

        #expect(try common(old, Array(new)) >= 7)
        #expect(try common(old, other) <= 3)
    }

    // MARK: Trees

    private func entry(_ mode: TreeEntry.Mode, _ name: String, _ id: ObjectID) -> TreeEntry {
        TreeEntry(mode, Array(name.utf8), id)
    }

    private func randomID(_ random: inout SplitMix64) -> ObjectID {
        ObjectID(random.bytes(20).span)
    }

    private func randomEntry(_ random: inout SplitMix64) -> TreeEntry {
        let letters = Array("ab.-_09".utf8)
        let name = (0..<Int.random(in: 1...12, using: &random)).map { _ in
            letters[Int.random(in: letters.indices, using: &random)]
        }
        let mode: TreeEntry.Mode =
            Bool.random(using: &random) ? .folder : .other(octal: Array("100755".utf8))
        return TreeEntry(mode, name, randomID(&random))
    }

    private func tree(_ count: Int, _ random: inout SplitMix64) -> [TreeEntry] {
        (0..<count).map { _ in randomEntry(&random) }.sorted { $0.precedes($1) }
    }

    private func changed(_ tree: [TreeEntry], _ random: inout SplitMix64) -> [TreeEntry] {
        var tree = tree
        for _ in 0..<Int.random(in: 0...10, using: &random) {
            let place = Int.random(in: 0...tree.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: tree.append(randomEntry(&random))
            case 1 where place < tree.count: tree.remove(at: place)
            case 2 where place < tree.count:
                tree[place] = TreeEntry(.file, tree[place].name, tree[place].id)
            case _ where place < tree.count:
                tree[place] = TreeEntry(tree[place].mode, tree[place].name, randomID(&random))
            default: break
            }
        }
        return tree.sorted { $0.precedes($1) }
    }

    private func bytes(_ entries: [TreeEntry]) -> [UInt8] {
        var writer = TreeWriter()
        for entry in entries { writer.append(entry) }
        return writer.bytes
    }
}
