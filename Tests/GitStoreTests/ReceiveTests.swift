import GitObjects
import GitPack
import GitStore
import TestSupport
import Testing

/// Taking in packs that somebody else has made.
struct ReceiveTests {
    /// A repository of git's own with three commits of many files, and an empty one of ours.
    private struct Stage {
        let source: TemporaryRepository
        let scene: Scene

        init() throws {
            source = try TemporaryRepository()
            try source.initialize()
            scene = try Scene()
            var random = SplitMix64(seed: 7)
            var stream = ""
            for number in 0..<3 {
                stream +=
                    "commit refs/heads/main\ncommitter A <a@b.c> \(1_793_498_400 + number) +0000\n"
                stream += "data 2\nx\n"
                for file in 0..<60 where number == 0 || file % 20 == number {
                    let text = "\(random.next()) \(number) \(String(repeating: "word ", count: 60))"
                    stream += "M 100644 inline Users/\(file)/\(file).json\n"
                    stream += "data \(text.utf8.count)\n\(text)\n"
                }
            }
            try source.git("fast-import", "--quiet", input: Array(stream.utf8))
            try source.git("repack", "-adfq")
        }

        func id(_ name: String) throws -> ObjectID {
            try #require(ObjectID(hex: try source.git("rev-parse", name)))
        }

        /// What git would send.
        func pack(_ wants: String, _ arguments: String...) throws -> [UInt8] {
            let words = ["pack-objects", "--stdout", "--revs", "-q"] + arguments
            return try source.run(
                ["git"] + words, input: Array("\(wants)\n".utf8))
        }

        func receive(
            _ pack: [UInt8], into store: GitStore, _ reception: Reception
        ) async throws {
            let path = try await store.beginReceiving()
            try scene.repository.write(
                String(path.dropFirst(scene.repository.path.count + 1)), pack)
            try await store.receive(reception)
        }
    }

    @Test func `a whole history is there, byte for byte, and git finds nothing to say`()
        async throws
    {
        let stage = try Stage()
        let tip = try stage.id("main")
        let store = try stage.scene.open()

        try await stage.receive(
            stage.pack("main", "--delta-base-offset"), into: store, Reception(of: [tip]))
        try await store.publish([RefUpdate(stage.scene.branch, from: nil, to: tip)])

        let isPartial = await store.isPartial
        #expect(!isPartial)
        #expect(
            try stage.scene.repository.git("rev-list", "--objects", "main")
                == stage.source.git("rev-list", "--objects", "main"))
        try stage.scene.expectSound()
    }

    @Test func `deltas of what only the repository has are completed`() async throws {
        let stage = try Stage()
        let (old, tip) = (try stage.id("main~1"), try stage.id("main"))
        let store = try stage.scene.open()
        try await stage.receive(stage.pack("main~1"), into: store, Reception(of: [old]))
        let thin = try stage.pack("main\n^main~1", "--thin")

        try await stage.receive(thin, into: store, Reception(of: [tip]))
        try await store.publish([RefUpdate(stage.scene.branch, from: nil, to: tip)])

        let other = try Stage()
        let elsewhere = try other.scene.open()
        await #expect(throws: GitError.self) {
            try await other.receive(thin, into: elsewhere, Reception(of: [tip]))
        }
        try stage.scene.expectSound()
        #expect(
            try stage.scene.repository.git("rev-parse", "main^{tree}")
                == stage.source.git("rev-parse", "main^{tree}"))
    }

    @Test func `a pack that is cut, or changed in one byte, is refused and leaves nothing`()
        async throws
    {
        let stage = try Stage()
        let tip = try stage.id("main")
        let pack = try stage.pack("main", "--delta-base-offset")
        let store = try stage.scene.open()
        var random = SplitMix64(seed: 3)
        var damaged = [[], Array(pack.prefix(11)), Array(pack.dropLast()), pack + [0]]
        for _ in 0..<60 {
            var bytes = pack
            let place = Int(random.next() % UInt64(pack.count))
            bytes[place] ^= UInt8(1 << (random.next() % 8))
            damaged.append(bytes)
            damaged.append(Array(pack.prefix(Int(random.next() % UInt64(pack.count)))))
        }

        for bytes in damaged {
            await #expect(throws: GitError.self) {
                try await stage.receive(bytes, into: store, Reception(of: [tip]))
            }
        }

        #expect(try stage.scene.repository.files().filter { $0.hasPrefix("objects/pack/") } == [])
    }

    @Test func `a pack without what was asked for, or without a folder, is refused`() async throws {
        let stage = try Stage()
        let (tip, old) = (try stage.id("main"), try stage.id("main~2"))
        let store = try stage.scene.open()
        let folder = try stage.source.git("rev-parse", "main:Users/1")
        let ids = try stage.source.git("rev-list", "--objects", "--no-object-names", "main")
            .split(separator: "\n").filter { $0 != folder }.joined(separator: "\n")
        let hollow = try stage.source.run(
            ["git", "pack-objects", "--stdout", "-q"], input: Array("\(ids)\n".utf8))

        await #expect(throws: GitError.self) {
            try await stage.receive(
                stage.pack("main~2"), into: store, Reception(of: [tip]))
        }
        await #expect(throws: GitError.self) {
            try await stage.receive(
                hollow, into: store, Reception(of: [tip], shallow: [old]))
        }
        await #expect(throws: GitError.self) {
            try await stage.receive(
                stage.pack("main\n^main~1"), into: store, Reception(of: [tip]))
        }
    }

    @Test func `a tip without history and blobs is marked, and its blobs count as present`()
        async throws
    {
        let stage = try Stage()
        let tip = try stage.id("main")
        let blob = try stage.id("main:Users/7/7.json")
        let bytes = try stage.source.gitBytes("cat-file", "blob", "\(blob)")
        let store = try stage.scene.open()
        let pack = try tipWithoutBlobs(stage)

        try await stage.receive(
            pack, into: store, Reception(of: [tip], shallow: [tip], isFiltered: true))
        try await store.publish([RefUpdate(stage.scene.branch, from: nil, to: tip)])
        let written = try await store.write(.blob, bytes)

        #expect(written == blob)
        #expect(await store.isPartial)
        #expect(await store.missing(of: [blob, tip, .zero]) == [blob])
        #expect(try await store.commit(tip).parents == [])
        #expect(try stage.scene.repository.git("rev-list", "--count", "main") == "1")
        #expect(await store.holdings.contains(blob))
        try await store.close()
        let again = try stage.scene.open(unique: "2")
        #expect(await again.missing(of: [blob]) == [blob])
    }

    @Test func `a missing blob is asked for once, with all others, and is there from then on`()
        async throws
    {
        let stage = try Stage()
        let tip = try stage.id("main")
        let blobs = [
            try stage.id("main:Users/7/7.json"), try stage.id("main:Users/8/8.json"),
            try stage.id("main:Users/7/7.json"),
        ]
        let store = try stage.scene.open()
        try await stage.receive(
            tipWithoutBlobs(stage), into: store,
            Reception(of: [tip], shallow: [tip], isFiltered: true))
        let asked = Recorder()
        await store.supplyMissing { [stage] ids in
            await asked.note(ids)
            let pack = try? stage.source.run(
                ["git", "pack-objects", "--stdout", "-q"],
                input: Array(ids.map { "\($0)\n" }.joined().utf8))
            try? await stage.receive(pack ?? [], into: store, Reception(of: ids))
        }

        let first = try await store.blobsIfKept(blobs)
        let second = try await store.blobsIfKept(blobs)

        #expect(await asked.requests.map(\.count) == [2])
        #expect(first.allSatisfy { $0?.isEmpty == false })
        #expect(first == second)
    }

    @Test func `a missing blob that cannot be had is nothing, and no damage`() async throws {
        let stage = try Stage()
        let tip = try stage.id("main")
        let store = try stage.scene.open()
        try await stage.receive(
            tipWithoutBlobs(stage), into: store,
            Reception(of: [tip], shallow: [tip], isFiltered: true))

        let blobs = try await store.blobsIfKept([try stage.id("main:Users/7/7.json")])

        #expect(blobs == [nil])
    }

    @Test func `with all history fetched the repository is whole again`() async throws {
        let stage = try Stage()
        let tip = try stage.id("main")
        let store = try stage.scene.open()
        try await stage.receive(
            tipWithoutBlobs(stage), into: store,
            Reception(of: [tip], shallow: [tip], isFiltered: true))
        try await store.publish([RefUpdate(stage.scene.branch, from: nil, to: tip)])

        try await stage.receive(
            stage.pack("main"), into: store, Reception(of: [tip], isComplete: true))

        let isPartial = await store.isPartial
        #expect(!isPartial)
        #expect(try !stage.scene.repository.files().contains("shallow"))
        try stage.scene.expectSound()
    }

    /// What a host sends for `deepen 1` and `filter blob:none`.
    private func tipWithoutBlobs(_ stage: Stage) throws -> [UInt8] {
        let trees = try stage.source.git("ls-tree", "-r", "-t", "-d", "--object-only", "main")
        let ids = [
            try stage.source.git("rev-parse", "main"),
            try stage.source.git("rev-parse", "main^{tree}"), trees,
        ].joined(separator: "\n")
        return try stage.source.run(
            ["git", "pack-objects", "--stdout", "-q"], input: Array("\(ids)\n".utf8))
    }
}

/// Notes what a store asks for.
private actor Recorder {
    private(set) var requests: [[ObjectID]] = []

    func note(_ ids: [ObjectID]) { requests.append(ids) }
}
