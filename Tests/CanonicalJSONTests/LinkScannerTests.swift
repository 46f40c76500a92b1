import CanonicalJSON
import Foundation
import Testing

struct LinkScannerTests {
    /// Feeds a page in chunks; returns each link reported and the end of its chunk.
    private func scan(_ text: String, by size: Int) -> [(link: String, end: Int)] {
        let bytes = Array(text.utf8)
        var scanner = LinkScanner()
        var found: [(String, Int)] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            let end = min(start + size, bytes.count)
            if let link = scanner.read(bytes.span.extracting(start..<end)) {
                found.append((link, end))
            }
        }
        return found
    }

    @Test(
        arguments: [
            #"{"@odata.context":"c","@odata.nextLink":"https:\/\/x\u003f","value":[{"a":"]}"}]}"#,
            #"{"value":[{"@odata.nextLink":"no","a":"\"]}\\"},[{}]],"@odata.nextLink":"https://x?"}"#,
            "\u{FEFF} { \"a\" : -1.5e3 , \"b\":null,\"\\u0040odata.nextLink\" : \"https://x?\" } ",
        ], [1, 2, 3, 5, 1000])
    func `the link is reported once, as soon as it is complete`(text: String, size: Int) throws {
        let found = scan(text, by: size)

        #expect(found.map(\.link) == ["https://x?"])
        let place = try #require(
            text.range(of: "https:\\/\\/x\\u003f\"") ?? text.range(of: "https://x?\""))
        let complete = text.utf8.distance(from: text.startIndex, to: place.upperBound)
        #expect(found.first.map { $0.end - complete < size && $0.end >= complete } == true)
    }

    @Test(arguments: [
        #"{"value":[{"@odata.nextLink":"no"}]}"#, #"{"@odata.nextLink":null,"value":[]}"#,
        #"{"@odata.nextLink":"","value":[]}"#, #"{"a":"@odata.nextLink","value":[]}"#,
        #"{"@odata.nextLink":"unfinished"#, "", "[]", "x", #"{"@odata.nextLink":{"a":"b"}}"#,
        #"{"@odata.nextLink":"\x"}"#,
    ])
    func `no link is reported where there is none`(text: String) {
        for size in [1, 2, 1000] { #expect(scan(text, by: size).isEmpty) }
    }

    @Test func `the scanner finds what the reader finds`() throws {
        var generator = SeededGenerator(seed: 12)
        for round in 0..<60 {
            let before = Sample.random(&generator).spelled(&generator)
            let item = Sample.object(&generator).spelled(&generator)
            let link = round % 3 == 0 ? "" : ",\"@odata.nextLink\":\"l\(round)\""
            let page =
                Array("{\"b\":".utf8) + before + Array(",\"value\":[".utf8) + item
                + Array("]\(link)}".utf8)

            var scanner = LinkScanner()
            var found: String?
            for byte in page { found = scanner.read([byte].span) ?? found }

            #expect(found == (try CanonicalPage(page, .collection, by: CanonicalRules())).nextLink)
        }
    }
}
