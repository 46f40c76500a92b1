import GitObjects
import TestSupport
import Testing

struct SignatureTests {
    static let hostileNames = [
        "", " ", "...", "<", "<>", "Adele Vance", "O'Brien, Ada", "\"Ada\"",
        "Alice\nparent 0123456789012345678901234567890123456789",
        "Alice\ncommitter Evil <evil@example.com> 0 +0000", "A\n\nbody", "x\ngpgsig fake",
        "Alice <alice@example.com> 1 +0000", "a\r\nb", "\r", "\u{1B}[31mred", "\u{202E}gpj.exe",
        "nul\0byte", "\u{301}combining first", "last\u{301}", "<\u{338}", "tab\tbed", "\u{7F}",
        "e\u{301} and \u{E9}", "\u{1F469}\u{200D}\u{1F4BB}", "##vso[task.complete]", "::error::x",
        "\\n", "\u{2028}line\u{2029}paragraph", String(repeating: "long ", count: 2_000),
    ]

    @Test(arguments: hostileNames)
    func `a hostile name or address forges nothing in a commit`(text: String) throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        let tree = try #require(ObjectID(hex: try repository.git("mktree")))
        let author = Signature(name: text, email: text, time: 1_793_498_400)
        let committer = Signature(name: "Tenantkeep", email: "tenantkeep@localhost", time: 5)
        let commit = Commit(
            tree: tree, parents: [], author: author, committer: committer, message: "Text\n")

        let id = try repository.git(
            "hash-object", "-w", "-t", "commit", "--stdin", input: commit.bytes)
        try repository.git("update-ref", "refs/heads/main", id)

        #expect(try repository.git("fsck", "--strict", "--full") == "")
        let shown = try repository.git("log", "--format=%an%n%ae%n%at%n%cn%n%P%n%s%n%b", "main")
        #expect(
            shown.unicodeScalars.elementsEqual(
                "\(author.name)\n\(author.email)\n1793498400\nTenantkeep\n\nText\n".unicodeScalars))
        #expect(try Commit(bytes: commit.bytes) == commit)
    }

    @Test(arguments: hostileNames)
    func `a hostile name forges nothing in a tag`(text: String) throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        let tree = try #require(ObjectID(hex: try repository.git("mktree")))
        let tagger = Signature(name: text, email: text, time: 7)
        let tag = Tag(target: tree, kind: .tree, name: "run", tagger: tagger, message: "Text\n")

        let id = try repository.git("mktag", "--strict", input: tag.bytes)

        #expect(id == "\(ObjectID(of: .tag, tag.bytes.span))")
        #expect(try Tag.target(of: tag.bytes) == tree)
    }

    @Test(arguments: [
        ("Adele Vance", "Adele Vance"), ("  Adele. ", "Adele"), ("a<b>c", "abc"), ("<>", "unknown"),
        ("a\nb", "a\\u000ab"), ("x\u{202E}y", "x\\u202ey"), ("", "unknown"), ("\"Ada\"", "Ada"),
        ("J\u{F8}rn \u{1F642}", "J\u{F8}rn \u{1F642}"),
    ])
    func `a name is cleaned as git cleans it, and shows what it cannot hold`(
        name: String, cleaned: String
    ) {
        #expect(Signature(name: name, email: "a@b", time: 0).name == cleaned)
    }

    @Test func `a time before 1970, which git cannot hold, becomes its start`() {
        #expect(Signature(name: "a", email: "b", time: -62_135_596_800).time == 0)
    }
}
