import Foundation
import GitObjects
import TestSupport
import Testing

@testable import GitPack

struct PackJoinerTests {
    @Test func `git takes joined packs as its own and reads every object as before`() throws {
        var tenant = try GrowingTenant()
        try tenant.run(6)
        let repository = tenant.repository
        let before = try repository.everyObject()

        try repository.joinAll()

        #expect(try repository.packs().count == 1)
        #expect(try repository.everyObject() == before)
        try repository.expectSound()
        try repository.git("clone", "--quiet", "--no-local", repository.path, "../clone.git")
        #expect(
            try repository.git("-C", "../clone.git", "log", "--format=%H %T", "main")
                == repository.git("log", "--format=%H %T", "main"))
    }

    @Test func `of a folder's whole trees the newest stays whole, and the others are its deltas`()
        throws
    {
        var tenant = try GrowingTenant()
        try tenant.run(6)
        let repository = tenant.repository
        let newest = try repository.git("rev-parse", "main:Users")

        try repository.joinAll()

        let trees = try storedTrees(in: repository)
        #expect(trees.count == 12)
        #expect(trees.filter(\.isWhole).map(\.id) == [newest])
        let bases = Set(trees.filter { $0.depth == 1 }.map(\.base))
        #expect(bases == [newest])
        #expect(trees.allSatisfy { $0.depth <= 2 })
    }

    @Test func `joined again and again, packs stay few and chains short`() throws {
        var tenant = try GrowingTenant()
        let repository = tenant.repository
        for _ in 0..<20 {
            try tenant.run()
            try repository.join(few: 3)
        }

        #expect(try repository.packs().count <= 4)
        try repository.expectSound()
        let trees = try storedTrees(in: repository)
        #expect(trees.count == 40)
        #expect(trees.count(where: \.isWhole) == (try repository.packs().count))
        #expect(trees.allSatisfy { $0.depth <= 6 })
    }

    @Test func `a joined pack is as old as its newest part`() throws {
        var tenant = try GrowingTenant()
        try tenant.run(3)
        func times() throws -> [Int] {
            try PackPair.all(in: tenant.packFolder).map { try $0.modificationTime() }
        }
        let newest = try times().max()

        try tenant.repository.joinAll()

        #expect(try times() == [newest])
    }

    @Test func `few packs are left as they are`() throws {
        var tenant = try GrowingTenant()
        try tenant.run(8)
        let before = try tenant.repository.files()

        #expect(try PackJoiner(in: tenant.packFolder, unique: "joined") == nil)
        try tenant.run()
        #expect(try PackJoiner(in: tenant.packFolder, unique: "joined") != nil)

        #expect(before.allSatisfy(try tenant.repository.files().contains))
        #expect(try PackJoiner(in: "\(tenant.packFolder)/none", unique: "joined") == nil)
    }

    @Test func `a pack that holds all the others stays under its name`() throws {
        var tenant = try GrowingTenant()
        try tenant.run(3)
        let repository = tenant.repository
        try repository.joinAll()
        let whole = try repository.packs()
        let before = try repository.everyObject()
        let some = try repository.git("rev-parse", "main", "main^{tree}", "main:Users")
        let part = try repository.git(
            "pack-objects", "-q", "objects/pack/pack", input: Array("\(some)\n".utf8))
        try repository.age("pack-\(part)", by: -1_000_000)

        try repository.joinAll()

        #expect(try repository.packs() == whole)
        #expect(try repository.everyObject() == before)
        try repository.expectSound()
    }

    // MARK: Packs that stay

    @Test(arguments: ["keep", "promisor", "mtimes"])
    func `a pack that somebody holds is left alone and not counted`(ending: String) throws {
        var tenant = try GrowingTenant()
        try tenant.run(1)
        let held = try tenant.repository.packs()[0]
        try tenant.repository.write("objects/pack/\(held).\(ending)", [])
        try tenant.run(2)

        #expect(try PackJoiner(in: tenant.packFolder, unique: "joined", few: 2) == nil)
        try tenant.repository.join(few: 1)

        #expect(try tenant.repository.packs().count == 2)
        #expect(try tenant.repository.packs().contains(held))
        #expect(try tenant.repository.files().contains("objects/pack/\(held).\(ending)"))
    }

    @Test func `a pack that somebody comes to hold meanwhile stays`() throws {
        var tenant = try GrowingTenant()
        try tenant.run(3)
        let repository = tenant.repository
        let held = try repository.packs()[0]

        try repository.allJoiner().join { step in
            guard step == .published else { return }
            _ = FileManager.default.createFile(
                atPath: "\(repository.path)/objects/pack/\(held).keep", contents: nil)
        }

        #expect(try repository.packs().count == 2)
        #expect(try repository.packs().contains(held))
        try repository.expectSound()
    }

    @Test func `half a pair is not counted and not touched`() throws {
        var tenant = try GrowingTenant()
        try tenant.run(3)
        let repository = tenant.repository
        let name = try repository.packs()[0]
        try FileManager.default.removeItem(atPath: "\(tenant.packFolder)/\(name).idx")

        try repository.joinAll()

        #expect(try repository.packs().count == 2)
        #expect(try repository.files().contains("objects/pack/\(name).pack"))
    }

    // MARK: Helpers

    private struct StoredTree {
        let id: String
        let depth: Int
        let base: String
        var isWhole: Bool { depth == 0 }
    }

    /// The large folder's trees, as git shows them in the packs.
    private func storedTrees(in repository: TemporaryRepository) throws -> [StoredTree] {
        let names = try repository.git("log", "--format=%H:Users", "main")
        let versions = Set(
            try repository.git(
                "cat-file", "--batch-check=%(objectname)", input: Array("\(names)\n".utf8)
            ).split(separator: "\n").map(String.init))
        var trees: [StoredTree] = []
        for pack in try repository.packs() {
            let lines = try repository.git("verify-pack", "-v", "objects/pack/\(pack).pack")
            for line in lines.split(separator: "\n") {
                let words = line.split(separator: " ").map(String.init)
                guard words.count >= 5, versions.contains(words[0]) else { continue }
                trees.append(
                    StoredTree(
                        id: words[0], depth: words.count == 7 ? Int(words[5]) ?? -1 : 0,
                        base: words.count == 7 ? words[6] : ""))
            }
        }
        return trees
    }
}
