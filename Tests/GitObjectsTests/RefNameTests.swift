import GitObjects
import TestSupport
import Testing

struct RefNameTests {
    private static let pieces = [
        "a", "B", "/", "//", ".", "..", "@", "@{", "{", "~", "^", ":", "?", "*", "[", "\\", " ",
        ".lock", "lock", "-", "_", "\t", "\u{7F}", "\u{E9}", "x.y", "%", "\"", "'", "refs", "HEAD",
    ]

    @Test func `a name is taken if git check-ref-format takes it and it is plain ASCII`() throws {
        let repository = try TemporaryRepository()
        var random = SplitMix64(seed: 3)
        for _ in 0..<200 {
            let count = Int.random(in: 1...5, using: &random)
            let parts = (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }
            let text = "refs/heads/" + parts.joined()

            let isPlain = text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F }
            let accepted = (try? repository.git("check-ref-format", text)) != nil

            #expect((RefName(text) != nil) == (accepted && isPlain), "\(text.debugDescription)")
        }
    }

    @Test(arguments: [
        "", "refs", "refs/", "refs/heads", "refs/heads/", "/refs/heads/a", "heads/a/b", "HEAD",
        "refs/heads/" + String(repeating: "a", count: 190), "refs/heads/a\0b", "refs/heads/a\nb",
        "REFS/heads/a",
    ])
    func `what is no full name is refused`(text: String) {
        #expect(RefName(text) == nil)
    }

    @Test func `short names become full ones, options do not`() {
        #expect(RefName.branch("main")?.text == "refs/heads/main")
        #expect(
            RefName.tag("backup/2026-11-01T02-00-00Z")?.description
                == "refs/tags/backup/2026-11-01T02-00-00Z")
        #expect(RefName.branch("-d") == nil)
        #expect(RefName.tag("--delete") == nil)
        #expect(RefName.runs == RefName("refs/tenantkeep/runs"))
    }

    @Test func `names are ordered by their bytes`() throws {
        let names = try ["refs/heads/a/b", "refs/heads/a", "refs/heads/a-", "refs/heads/B"].map {
            try #require(RefName($0))
        }

        #expect(
            names.sorted().map(\.text)
                == ["refs/heads/B", "refs/heads/a", "refs/heads/a-", "refs/heads/a/b"])
    }
}
