import GitObjects
import TestSupport
import Testing

struct FileNameTests {
    @Test(arguments: hostileIDs + plainIDs + longIDs)
    func `an ID has exactly one name`(id: String, name: String) {
        #expect(FileName(Array(id.utf8)).bytes == Array(name.utf8))
    }

    @Test(
        arguments: [
            ([0xFF], "%FF"), ([0x61, 0xC0, 0xAF], "a%C0%AF"), ([0xED, 0xA0, 0x80], "%ED%A0%80"),
            ([0xE2, 0x82], "%E2%82"), ([0xC3, 0xA9, 0xA9], "\u{E9}%A9"), ([0x80], "%80"),
            ([0xF4, 0x90, 0x80, 0x80], "%F4%90%80%80"),
        ] as [([UInt8], String)])
    func `bytes that are no UTF-8 are escaped one by one`(id: [UInt8], name: String) {
        #expect(FileName(id).bytes == Array(name.utf8))
    }

    @Test func `no two of thousands of hostile IDs get one name`() {
        var names: [[UInt8]: [UInt8]] = [:]
        for id in generatedIDs(20_000, seed: 4) {
            let name = FileName(id).bytes
            #expect(names[name] == nil || names[name] == id)
            names[name] = id
            // The worst ID there is: one that looks like the name of another.
            let forged = FileName(name).bytes
            #expect(forged != name || name == id, "\(String(decoding: name, as: UTF8.self))")
        }
    }

    @Test func `every name keeps the rules`() {
        for id in generatedIDs(20_000, seed: 5) {
            let name = FileName(id).bytes
            let text = String(decoding: name, as: UTF8.self)
            #expect(Array(text.utf8) == name, "not UTF-8")
            #expect((1...200).contains(name.count))
            #expect(!name.contains { $0 < 0x20 || $0 == 0x7F || "/\\:*?\"<>|".utf8.contains($0) })
            for end in [name.first, name.last] {
                #expect(end != UInt8(ascii: ".") && end != UInt8(ascii: " "))
            }
        }
    }

    @Test func `git takes every name as a folder with a file in it`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        let hostile = hostileIDs.map { Array($0.0.utf8) } + generatedIDs(400, seed: 6)
        let names = Set(hostile.map { FileName($0).bytes })
        let blob = try repository.git("hash-object", "-w", "--stdin", input: Array("{}\n".utf8))
        var index: [UInt8] = []
        for name in names {
            index +=
                Array("100644 \(blob)\t".utf8) + name + Array("/".utf8) + name
                + Array(".json\0".utf8)
        }

        try repository.git("config", "core.protectHFS", "true")
        try repository.git("config", "core.protectNTFS", "true")
        try repository.git("update-index", "--add", "-z", "--index-info", input: index)
        let tree = try repository.git("write-tree")
        let commit = try repository.git("commit-tree", "-m", "names", tree)
        try repository.git("update-ref", "refs/heads/main", commit)

        #expect(try repository.git("fsck", "--strict", "--full") == "")
        let listed = try repository.gitBytes("ls-tree", "-r", "-z", "--name-only", tree)
        #expect(listed.split(separator: 0).count == names.count)
    }

    @Test func `a name for a twin differs from the plain one only by its end`() {
        let id = Array("Abc".utf8)

        let name = FileName(distinct: id).bytes

        #expect(name == Array("Abc~06d90109c8cce34e".utf8))
        #expect(FileName.isSuffixed(name))
        #expect(!FileName.isSuffixed(id))
        #expect(!FileName.isSuffixed(Array("x~06D90109C8CCE34E".utf8)))
        #expect(FileName(distinct: Array("CON".utf8)).bytes.starts(with: "%43ON~".utf8))
    }

    @Test func `names that one file system takes for the same fold together`() {
        func folded(_ text: String) -> String { FileName(Array(text.utf8)).folded }

        #expect(folded("abc") == folded("ABC"))
        #expect(folded("e\u{301}x") == folded("\u{C9}X"))
        #expect(folded("stra\u{DF}e") == folded("STRASSE"))
        #expect(folded("\u{3A3}") == folded("\u{3C2}"))
        #expect(folded("a") != folded("b"))
    }
}

/// Everything known to break others: separators, controls, `.git` in all spellings, devices.
private let hostileIDs = [
    ("", "~e3b0c44298fc1c14"), (".", "%2E"), ("..", "%2E%2E"), ("...", "%2E.%2E"),
    (" ", "%20"), (" . ", "%20.%20"), ("../x", "%2E.%2Fx"), ("..\\x", "%2E.%5Cx"),
    ("a/b", "a%2Fb"), ("/a", "%2Fa"), ("a\\b", "a%5Cb"), ("x:y", "x%3Ay"), ("x*", "x%2A"),
    ("x?", "x%3F"), ("\"x\"", "%22x%22"), ("<x>", "%3Cx%3E"), ("a|b", "a%7Cb"),
    ("x.", "x%2E"), ("x ", "x%20"), (" x", "%20x"), ("x..", "x.%2E"), (".x", "%2Ex"),
    ("a\nb", "a%0Ab"), ("a\r", "a%0D"), ("a\u{1B}[2J", "a%1B[2J"), ("a\u{7F}", "a%7F"),
    ("a\0b", "a%00b"), ("100%", "100%25"), ("%41", "%2541"), ("%2E", "%252E"),
    (".git", "%2Egit"), (".GIT", "%2EGIT"), (".git ", "%2Egit%20"), (".git.", "%2Egit%2E"),
    (".git...", "%2Egit..%2E"), (".git::$INDEX_ALLOCATION", "%2Egit%3A%3A$INDEX_ALLOCATION"),
    (".git:x", "%2Egit%3Ax"), (".gitmodules", "%2Egitmodules"),
    (".gitattributes", "%2Egitattributes"),
    (".gitignore", "%2Egitignore"), (".mailmap", "%2Emailmap"), ("git~1", "%67it~1"),
    ("GIT~1", "%47IT~1"), ("git~1.x", "%67it~1.x"), ("git~1 ", "%67it~1%20"),
    ("GITMOD~1", "%47ITMOD~1"), ("gitatt~4", "%67itatt~4"), ("GI7EBA~1", "%47I7EBA~1"),
    (".g\u{200C}it", "%2Eg\u{200C}it"), ("\u{200C}.git", "%E2%80%8C.git"),
    ("\u{200C}\u{202E}.GIT", "%E2%80%8C\u{202E}.GIT"),
    ("\u{FEFF}.gitmodules", "%EF%BB%BF.gitmodules"),
    ("\u{200E}.g\u{206A}i\u{200F}t", "%E2%80%8E.g\u{206A}i\u{200F}t"),
    ("CON", "%43ON"), ("con", "%63on"), ("CON.txt", "%43ON.txt"), ("con.json", "%63on.json"),
    ("CON ", "%43ON%20"), ("CON .x", "%43ON .x"), ("nul", "%6Eul"), ("PRN", "%50RN"),
    ("aux.h", "%61ux.h"), ("COM1", "%43OM1"), ("com9.a.b", "%63om9.a.b"), ("LPT9", "%4CPT9"),
    ("CONIN$", "%43ONIN$"), ("conout$", "%63onout$"), ("COM\u{B9}", "%43OM\u{B9}"),
    ("lpt\u{B2}.x", "%6Cpt\u{B2}.x"), ("LPT\u{B3}", "%4CPT\u{B3}"),
]

/// What stands as it is.
private let plainIDs = [
    "a", "0b1f54d4-ef9b-4b38-a0a8-d9d9a6ba2d8a", "-rf", "--help", "a.b", "a b", "console", "COM10",
    "CON1", "~1", "abcdefgh~1", "a~b", "x$y", "#1", "J\u{F8}rn", "e\u{301}", "\u{1F642}", "@",
    "a'b", "(x)", "git", "x.git", "a,b;c=d&e+f!", "~0123456789abcde", "x~0123456789ABCDEF",
].map { ($0, $0) }

private let longIDs = [
    (a(200), a(200)), (a(201), a(183) + "~a92efd82109373e5"),
    (a(300), a(183) + "~9835fa6bf4e20a9b"),
    (repeated("\u{E9}", 150), repeated("\u{E9}", 91) + "~cb1fa3158102cb16"),
    (a(182) + repeated("\u{E9}", 20), a(182) + "~e96b7d6e24e51544"),
    (a(181) + repeated("\u{20AC}", 9), a(181) + "~f4558463bcb4ae28"),
    (a(182) + repeated("\u{1F642}", 9), a(182) + "~20a817a0d5a86206"),
    (a(182) + repeated("/", 10), a(182) + "~64a24608402b1f33"),
    (a(181) + repeated("/", 10), a(181) + "~e4fcb567643daf2e"),
    (a(180) + repeated("/", 10), a(180) + "%2F~4eb071ad17be3ed8"),
    (a(195) + "//", a(183) + "~432b0253a6952db8"),
    // Looks like the name of a twin or of a longer ID, so it gets a suffix of its own.
    ("~e3b0c44298fc1c14", "~e3b0c44298fc1c14~aa45091b7fc59751"),
    ("x~0123456789abcdef", "x~0123456789abcdef~a1352948bd541d89"),
]

private func a(_ count: Int) -> String { repeated("a", count) }

private func repeated(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
}

/// IDs of pieces that mean something to git or to a file system, some of them long.
private func generatedIDs(_ count: Int, seed: UInt64) -> [[UInt8]] {
    let words = [
        "", ".", "..", ".git", "git~1", "CON", "nul", "com", "1", "~", "~1", "%", "%2", "2E", "%2E",
        "/", "\\", ":", " ", "\n", "\0", "a", "A", "\u{200C}", "\u{FEFF}", "\u{E9}", "e\u{301}",
        "\u{B2}", "\u{1F642}", "x~0123456789abcdef", String(repeating: "a", count: 60),
        String(repeating: "\u{20AC}", count: 23), ".json", "$",
    ].map { Array($0.utf8) }
    let pieces = words + [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2], [0x80]]
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in
        (0..<Int.random(in: 0...6, using: &random)).flatMap { _ in
            pieces.randomElement(using: &random) ?? []
        }
    }
}
