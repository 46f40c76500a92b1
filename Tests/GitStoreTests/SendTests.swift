import GitObjects
import GitPack
import GitStore
import TestSupport
import Testing

/// Packs for another repository, which git itself takes in.
struct SendTests {
    private static let folderSize = 3_000

    /// A repository of ours with a large folder, of which each run changes some files.
    private struct Stage {
        let scene: Scene
        let remote: TemporaryRepository

        init() throws {
            scene = try Scene()
            remote = try TemporaryRepository()
            try remote.initialize()
            try remote.git("config", "receive.fsckObjects", "true")
        }

        /// Writes a run in which the files with these numbers have new content, in as many commits
        /// as there are lists of them, as a run of several authors is written.
        @discardableResult
        func run(_ number: Int, changing lists: [[Int]]) async throws -> ObjectID {
            let store = try scene.open(unique: "run\(number)")
            var parent = try await store.readRef(scene.branch)
            let before = parent
            var folders: [TreeVersion] = []
            var current = try await files(at: parent, store)
            for (share, list) in lists.enumerated() {
                for file in list {
                    let text = "{\"id\": \(file), \"run\": \(number), \"share\": \(share)}\n"
                    current[file] = try await store.write(.blob, Array(text.utf8))
                }
                var tree = TreeWriter()
                for (file, id) in current.sorted(by: { name($0.key) < name($1.key) }) {
                    tree.append(.file, name(file).utf8, id)
                }
                folders.append(TreeVersion(form: .whole(tree.bytes)))
                folders[share].id = ObjectID(of: .tree, tree.bytes.span)
            }
            // Older ones are kept as deltas of newer ones, as the engine has it.
            for share in folders.indices.dropLast() {
                guard case .whole(let old) = folders[share].form,
                    case .whole(let new) = folders[share + 1].form,
                    let delta = ObjectDelta(fromTree: new, to: old)
                else { continue }
                folders[share].form = .delta(delta)
            }
            try await store.write(folders)
            for folder in folders {
                var top = TreeWriter()
                top.append(.folder, "Users".utf8, folder.id)
                let commit = Commit(
                    tree: try await store.write(.tree, top.bytes),
                    parents: parent.map { [$0] } ?? [], author: scene.person,
                    committer: scene.person, message: "Run \(number)\n")
                parent = try await store.write(.commit, commit.bytes)
            }
            let tip = try #require(parent)
            try await store.publish([RefUpdate(scene.branch, from: before, to: tip)])
            try await store.close()
            return tip
        }

        private func files(
            at commit: ObjectID?, _ store: GitStore
        ) async throws -> [Int: ObjectID] {
            guard let commit else { return [:] }
            let top = try await store.tree(try await store.commit(commit).tree)
            let entries = try await store.tree(top[0].id)
            return Dictionary(
                uniqueKeysWithValues: entries.map {
                    (Int(String(decoding: $0.name.prefix(6), as: UTF8.self)) ?? 0, $0.id)
                })
        }

        private func name(_ file: Int) -> String {
            let digits = String(file)
            return String(repeating: "0", count: 6 - digits.count) + digits + ".json"
        }

        /// Sends what `known` does not lead to, as a push does, and returns the pack's length.
        func send(
            _ tip: ObjectID, without known: [ObjectID], _ form: SentPackForm
        ) async throws -> (objects: Int, byteCount: Int) {
            let store = try scene.open(unique: "push")
            let path = try await store.pathForSentPack()
            let outgoing = try await store.outgoing(from: [tip], without: known)
            let count = try await store.write(outgoing, to: path, form)
            let pack = try scene.repository.file(
                String(path.dropFirst(scene.repository.path.count + 1)))
            #expect(pack.count == count)
            try await store.close()
            try remote.git("index-pack", "--stdin", "--fix-thin", "--strict", input: pack)
            try remote.git("update-ref", "refs/heads/main", "\(tip)")
            #expect(try remote.git("fsck", "--strict", "--full", "--no-dangling") == "")
            return (outgoing.count, count)
        }
    }

    private static let plain = SentPackForm(usesOffsets: false, isThin: false)
    private static let thin = SentPackForm(usesOffsets: true, isThin: true)
    private static let forms = [
        plain, thin, SentPackForm(usesOffsets: false, isThin: true),
        SentPackForm(usesOffsets: true, isThin: false),
    ]

    @Test(arguments: forms.indices)
    func `first and later pushes arrive, whatever the host understands`(form: Int) async throws {
        let stage = try Stage()
        let first = try await stage.run(1, changing: [Array(0..<Self.folderSize), [1], [2, 3]])

        _ = try await stage.send(first, without: [], Self.forms[form])
        let second = try await stage.run(2, changing: [[5, 6], [7], [2_999]])
        let sent = try await stage.send(second, without: [first], Self.forms[form])

        // Three commits, three tops, three folders, four files.
        #expect(sent.objects == 13)
        #expect(
            try stage.remote.git("rev-parse", "main^{tree}")
                == stage.scene.repository.git("rev-parse", "main^{tree}"))
    }

    @Test func `thirty changed files of a large folder are sent in a few kilobytes`() async throws {
        let stage = try Stage()
        let first = try await stage.run(1, changing: [Array(0..<Self.folderSize)])
        _ = try await stage.send(first, without: [], Self.thin)
        let second = try await stage.run(2, changing: [(0..<30).map { $0 * 100 }])

        let sent = try await stage.send(second, without: [first], Self.thin)

        #expect(sent.byteCount < 6_000)
    }

    @Test func `several runs are sent at once, also after their packs were joined`() async throws {
        let stage = try Stage()
        let first = try await stage.run(1, changing: [Array(0..<Self.folderSize)])
        _ = try await stage.send(first, without: [], Self.thin)
        var tip = first
        for number in 2..<40 { tip = try await stage.run(number, changing: [[number], [1]]) }
        let store = try stage.scene.open(unique: "join")
        try await store.joinPacks()
        try await store.close()

        let sent = try await stage.send(tip, without: [first], Self.thin)

        #expect(sent.objects > 38 * 6)
        #expect(try stage.remote.git("rev-list", "--count", "main") == "77")
        #expect(sent.byteCount < 300_000)
    }

    @Test func `an annotated tag goes along with the commit that it names`() async throws {
        let stage = try Stage()
        let store = try stage.scene.open()
        let updates = try await stage.scene.write(1, to: store)
        try await store.publish(updates)
        let tag = try #require(updates.first { $0.peeled != nil })
        let path = try await store.pathForSentPack()

        let outgoing = try await store.outgoing(from: [tag.new], without: [])
        _ = try await store.write(outgoing, to: path, Self.thin)

        let pack = try stage.scene.repository.file(
            String(path.dropFirst(stage.scene.repository.path.count + 1)))
        try stage.remote.git("index-pack", "--stdin", "--strict", input: pack)
        #expect(try stage.remote.git("cat-file", "-t", "\(tag.new)") == "tag")
        #expect(try stage.remote.git("rev-parse", "\(tag.new)^{tree}").count == 40)
        #expect(outgoing.count == 4)
    }

    @Test func `what comes before and after is told from the side, across clocks that go wrong`()
        async throws
    {
        let scene = try Scene()
        let store = try scene.open()
        var ids: [ObjectID] = []
        for number in 0..<20 {
            let commit = Commit(
                tree: try await store.write(.tree, []), parents: ids.last.map { [$0] } ?? [],
                author: scene.person,
                committer: Signature(
                    name: "A", email: "a", time: 1_793_498_400 + Int64(number * 7_919 % 100)),
                message: "\(number)\n")
            ids.append(try await store.write(.commit, commit.bytes))
        }

        for (older, newer) in [(0, 19), (3, 4), (7, 18)] {
            #expect(try await store.isAncestor(ids[older], of: ids[newer]))
            #expect(try await !store.isAncestor(ids[newer], of: ids[older]))
        }
        #expect(try await store.outgoing(from: [ids[19]], without: [ids[9]]).count == 10)
    }

    @Test(arguments: [-400.0, -30, -8, 8, 30, 400])
    func `a clock that was wrong for days hides no ancestor`(days: Double) async throws {
        let scene = try Scene()
        let store = try scene.open()
        func write(_ number: Int, on parents: [ObjectID], shift: Double = 0) async throws
            -> ObjectID
        {
            let time = 1_793_498_400 + Int64(Double(number) * 86_400 + shift * 86_400)
            let commit = Commit(
                tree: try await store.write(.tree, []), parents: parents, author: scene.person,
                committer: Signature(name: "A", email: "a", time: time),
                message: "\(number) \(shift)\n")
            return try await store.write(.commit, commit.bytes)
        }
        var line: [ObjectID] = []
        for number in 0..<40 { line.append(try await write(number, on: line.suffix(1))) }
        // Three runs by the wrong clock on the last one, a merge of two of them, and a side line.
        let first = try await write(40, on: [line[39]], shift: days)
        let second = try await write(41, on: [first], shift: days)
        let third = try await write(42, on: [second, line[20]])
        let side = try await write(43, on: [line[10]])

        for newer in [first, second, third] {
            for older in [line[0], line[39]] {
                #expect(try await store.isAncestor(older, of: newer))
                #expect(try await !store.isAncestor(newer, of: older))
            }
            #expect(try await !store.isAncestor(side, of: newer))
            #expect(try await !store.isAncestor(newer, of: side))
        }
        #expect(try await store.isAncestor(first, of: third))
        #expect(try await store.isAncestor(line[10], of: side))
    }
}
