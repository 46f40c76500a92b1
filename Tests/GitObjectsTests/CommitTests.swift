import GitObjects
import TestSupport
import Testing

struct CommitTests {
    private let author = Signature(
        name: "Adele Vance", email: "adele@contoso.com", time: 1_793_498_400)
    private let committer = Signature(
        name: "Tenantkeep", email: "tenantkeep@localhost", time: 1_793_498_460)

    @Test(arguments: ["One line\n", "Subject\n\nBody with \u{E9}\n\nTenantkeep-Run: now\n"])
    func `a commit has the bytes git commit-tree gives it`(message: String) throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        let tree = try repository.git("mktree")
        let parents = try ["a", "b"].map { try repository.git("commit-tree", "-m", $0, tree) }

        let id = try repository.git(
            "commit-tree", "-p", parents[0], "-p", parents[1], tree, input: Array(message.utf8))

        let commit = Commit(
            tree: try #require(ObjectID(hex: tree)),
            parents: parents.compactMap { ObjectID(hex: $0) }, author: author,
            committer: committer, message: message)
        #expect(try repository.gitBytes("cat-file", "commit", id) == commit.bytes)
        #expect("\(ObjectID(of: .commit, commit.bytes.span))" == id)
        #expect(try Commit(bytes: commit.bytes) == commit)
    }

    @Test func `a tag has the bytes git tag gives it`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        let tree = try repository.git("mktree")
        let target = try repository.git("commit-tree", "-m", "x", tree)

        try repository.git("tag", "-a", "-m", "Three users\n\nmore", "backup/1", target)

        let tag = Tag(
            target: try #require(ObjectID(hex: target)), kind: .commit, name: "backup/1",
            tagger: committer, message: "Three users\n\nmore\n")
        let bytes = try repository.gitBytes("cat-file", "tag", "backup/1")
        #expect(bytes == tag.bytes)
        #expect("\(try Tag.target(of: bytes))" == target)
    }

    @Test func `headers of others are passed over`() throws {
        let text = """
            tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
            parent 1111111111111111111111111111111111111111
            author Ada <ada@example.com> 12 -0730
            committer Bob <> 34 +0200
            gpgsig -----BEGIN SSH SIGNATURE-----
             parent 2222222222222222222222222222222222222222
             -----END SSH SIGNATURE-----
            encoding UTF-8

            Subject

            parent 3333333333333333333333333333333333333333

            """

        let commit = try Commit(bytes: Array(text.utf8))

        #expect(commit.parents.map(\.description) == [String(repeating: "1", count: 40)])
        #expect(
            (commit.author.name, commit.author.email, commit.author.time) == (
                "Ada", "ada@example.com", 12
            ))
        #expect(
            (commit.committer.name, commit.committer.email, commit.committer.time) == (
                "Bob", "", 34
            ))
        #expect(commit.message.hasPrefix("Subject\n\nparent"))
    }

    @Test func `a carriage return at the end of a line hides no header`() throws {
        let text =
            "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
            + "author Ada\r <ada@example.com> 12 +0000\r\ncommitter Bob <b@c> 3 +0000\n\nx\r\n\r\ny\n"

        let commit = try Commit(bytes: Array(text.utf8))

        #expect(commit.committer.name == "Bob")
        #expect(commit.author.time == 12)
        #expect(commit.message == "x\r\n\r\ny\n")
    }

    @Test(arguments: ["", "\n\n", "parent x\n\n", "tree 123\n\nx", "tree\n"])
    func `bytes without a tree are no commit`(text: String) {
        #expect(throws: MalformedObject.self) { try Commit(bytes: Array(text.utf8)) }
    }

    @Test(arguments: [
        "", "tag x\n\nobject 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n", "object 1\n",
    ])
    func `bytes without an object are no tag`(text: String) {
        #expect(throws: MalformedObject.self) { try Tag.target(of: Array(text.utf8)) }
    }
}
