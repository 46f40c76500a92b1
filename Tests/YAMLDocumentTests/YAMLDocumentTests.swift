import Testing
import YAMLDocument

struct YAMLDocumentTests {
    private func read(_ text: String) throws(YAMLError) -> YAMLNode? {
        try YAMLDocument(Array(text.utf8)).root
    }

    private func scalar(_ text: String, isQuoted: Bool = false, line: Int) -> YAMLNode {
        YAMLNode(.scalar(YAMLScalar(text, isQuoted: isQuoted)), line: line)
    }

    @Test func `keys and values carry their lines and their own text`() throws {
        let root = try read(
            """
            # a comment
            repo: ./contoso.git
            timeLimit: 0060

            types: [Config, "Users"]
            identity:
              name: Ténantkeep
            """)

        #expect(
            root
                == YAMLNode(
                    .mapping([
                        YAMLMember("repo", scalar("./contoso.git", line: 2), line: 2),
                        YAMLMember("timeLimit", scalar("0060", line: 3), line: 3),
                        YAMLMember(
                            "types",
                            YAMLNode(
                                .sequence([
                                    scalar("Config", line: 5),
                                    scalar("Users", isQuoted: true, line: 5),
                                ]), line: 5), line: 5),
                        YAMLMember(
                            "identity",
                            YAMLNode(
                                .mapping([
                                    YAMLMember("name", scalar("Ténantkeep", line: 7), line: 7)
                                ]), line: 7), line: 6),
                    ]), line: 2))
    }

    @Test(arguments: ["", "\n\n", "# nothing\n", "\u{FEFF}"])
    func `a file without a value is no error`(text: String) throws {
        #expect(try read(text) == nil)
    }

    @Test(arguments: ["", "~", "null", "Null", "NULL"])
    func `a key without a value is null, unless it is quoted`(word: String) throws {
        let node = try read("plain: \(word)\nquoted: '\(word)'")

        guard case .mapping(let members) = node?.content,
            case .scalar(let plain) = members[0].value.content,
            case .scalar(let quoted) = members[1].value.content
        else {
            Issue.record("not a mapping of two scalars")
            return
        }
        #expect(plain.isNull)
        #expect(!quoted.isNull)
    }

    @Test func `block sequences and block scalars are read like the others`() throws {
        let flow = try read("types: [a, b]")
        let block = try read("types:\n- a\n- b\n")

        #expect(flow?.texts == ["a", "b"])
        #expect(block?.texts == ["a", "b"])
        #expect(try read("|\n  one\n  two\n") == scalar("one\ntwo\n", isQuoted: true, line: 1))
    }

    @Test(arguments: [
        ("a: 1\nb: *x\n", 2, "an alias (*) is not read"),
        ("a: &x 1\n", 1, "an anchor (&) is not read"),
        ("a: &x [1]\n", 1, "an anchor (&) is not read"),
        ("a:\n  &x b: 1\n", 2, "an anchor (&) is not read"),
        ("a: 1\nb: !!str 2\n", 2, "a tag (!) is not read"),
        ("a: !x {b: 1}\n", 1, "a tag (!) is not read"),
        ("%TAG ! tag:example.com,2026:\n---\na: 1\n", 1, "a %TAG directive is not read"),
        ("a: 1\n<<: {b: 2}\n", 2, "a merge key (<<) is not read"),
        ("a: 1\nb: 2\na: 3\n", 3, "the key a stands twice"),
        ("a:\n  b: 1\n  b: 2\n", 3, "the key b stands twice"),
        ("a: 1\n'a': 2\n", 2, "the key a stands twice"),
        ("a: 1\n---\nb: 2\n", 2, "a second document begins"),
        ("? [a]\n: 1\n", 1, "a key is a list or a mapping"),
    ])
    func `what not every reader takes alike is refused with its line`(
        text: String, line: Int, reason: String
    ) {
        #expect(throws: YAMLError(line: line, reason)) { try read(text) }
    }

    @Test(arguments: [
        ("a: [1, 2\nb: 3\n", 2), ("a: 1\n b: 2\n", 2), ("a: \"open\n\n", 3), ("\ta: 1\n", 1),
        ("a: 1\nb: @x\n", 2), ("a: b: c\n", 1),
    ])
    func `broken text is refused with its line`(text: String, line: Int) throws {
        let error = #expect(throws: YAMLError.self) { try read(text) }

        #expect(error?.line == line)
        #expect(error?.reason.isEmpty == false)
    }

    @Test func `a byte that is no UTF-8 is refused with its line`() {
        let bytes = Array("a: 1\nb: ".utf8) + [0xFF, 0x0A]

        let error = #expect(throws: YAMLError.self) { try YAMLDocument(bytes) }

        #expect(error?.line == 2)
    }

    @Test func `the same word may be a key in two mappings`() throws {
        let root = try read("a: {x: 1}\nb: {x: 2}\n'<<': 3\n")

        #expect(root != nil)
    }

    @Test func `nesting ends at the deepest level`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }

        #expect(try read(nested(YAMLDocument.deepest)) != nil)
        #expect(throws: YAMLError.self) { try read(nested(YAMLDocument.deepest + 1)) }
        #expect(throws: YAMLError.self) { try read(nested(100_000)) }
    }

    @Test func `no bytes at all, cut or changed, end the program`() {
        let text = Array("a: [1, 'x', {b: \"é\\u00e9\"}]\n# c\nd:\n- |\n  e\n- ~\n".utf8)
        var generator = SplitMix(state: 11)

        for _ in 0..<2000 {
            var bytes = Array(text.prefix(Int.random(in: 0...text.count, using: &generator)))
            for _ in 0..<3 where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] = .random(in: 0...255, using: &generator)
            }
            do throws(YAMLError) {
                _ = try YAMLDocument(bytes)
            } catch {
                #expect(error.line >= 1 && error.line <= 12)
                #expect(!error.reason.isEmpty)
            }
        }
    }
}

extension YAMLNode {
    /// The texts of the list that is the first value of a mapping.
    fileprivate var texts: [String]? {
        guard case .mapping(let members) = content,
            case .sequence(let nodes) = members.first?.value.content
        else { return nil }
        return nodes.compactMap {
            guard case .scalar(let scalar) = $0.content else { return nil }
            return scalar.text
        }
    }
}

/// Numbers from a fixed seed (Vigna's splitmix64).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
