import CanonicalJSON
import Testing

struct PageReaderTests {
    private func read(
        _ text: String, _ form: PageReader.Form = .collection,
        by rules: CanonicalRules = CanonicalRules()
    ) throws(JSONError) -> CanonicalPage {
        try CanonicalPage(Array(text.utf8), form, by: rules)
    }

    private func texts(_ page: CanonicalPage) -> [String] {
        page.items.map { String(decoding: page.bytes[$0.bytes], as: UTF8.self) }
    }

    private func ids(_ page: CanonicalPage) -> [String?] {
        page.items.map { page.id(of: $0).map { String(decoding: $0, as: UTF8.self) } }
    }

    /// Reads in chunks; returns the error instead of a page if there is one.
    private func outcome(
        _ bytes: [UInt8], _ form: PageReader.Form, chunks: () -> Int
    ) -> Result<CanonicalPage, JSONError> {
        var reader = PageReader(form, by: CanonicalRules(sets: ["s"]))
        return Result { () throws(JSONError) in
            var start = 0
            while start < bytes.count {
                let end = min(start + chunks(), bytes.count)
                try reader.read(bytes.span.extracting(start..<end))
                start = end
            }
            return try reader.finish()
        }
    }

    @Test func `a collection's items come in order, each with its ID`() throws {
        let page = try read(
            #"{"@odata.context":"x","@odata.count":2,"value":[{"b":1,"id":"é\u0031"},{"id":7}]}"#)

        #expect(ids(page) == ["é1", "7"])
        #expect(texts(page) == ["{\n  \"b\": 1,\n  \"id\": \"é1\"\n}\n", "{\n  \"id\": 7\n}\n"])
        #expect(page.nextLink == nil)
    }

    @Test(arguments: [
        (#"{"id":"a","Id":"b"}"#, "a"), (#"{"Id":"b","id":"a"}"#, "a"), (#"{"ID":"c"}"#, "c"),
        (#"{"iD":"c","ID":"d"}"#, "d"), (#"{"ID":"d","iD":"c"}"#, "d"),
        (#"{"\u0069d":"a"}"#, "a"), (#"{"id":1.50}"#, "1.50"), (#"{"id":null,"ID":"x"}"#, nil),
        (#"{"id":""}"#, nil), (#"{"id":{}}"#, nil), (#"{"id":["a"]}"#, nil), (#"{"id":true}"#, nil),
        (#"{"a":{"id":"x"}}"#, nil), (#"{}"#, nil), (#"{"id":"eyJh.eyJz.x"}"#, nil),
    ])
    func `the ID is that of the item's own member`(item: String, id: String?) throws {
        #expect(ids(try read(item, .object)) == [id])
    }

    @Test func `rules name another member as ID, which may be volatile`() throws {
        let rules = CanonicalRules(idMember: "skuId", volatile: ["skuId"])

        let page = try read(#"{"id":"a","skuId":"b"}"#, .object, by: rules)

        #expect(ids(page) == ["b"])
        #expect(texts(page) == ["{\n  \"id\": \"a\"\n}\n"])
    }

    @Test(arguments: [
        #"{"@odata.nextLink":"https:\/\/x\/?a=\u0062","value":[]}"#,
        #"{"value":[],"@odata.nextLink":"https:\/\/x\/?a=\u0062"}"#,
        #" {"value" : [ ] , "\u0040odata.nextLink" : "https://x/?a=b" } "#,
    ])
    func `the link is found before and after the items`(text: String) throws {
        let page = try read(text)

        #expect(page.nextLink == "https://x/?a=b")
        #expect(page.items.isEmpty && page.bytes.isEmpty)
    }

    @Test func `the link and the items are there as soon as they were read`() throws {
        var reader = PageReader(.collection, by: CanonicalRules())

        try reader.read(Array(#"{"@odata.nextLink":"l""#.utf8).span)
        #expect(reader.nextLink == "l")
        try reader.read(Array(#","value":[{"id":"1"},{"#.utf8).span)
        let first = reader.takeItems()
        try reader.read(Array(#""id":"2"}]}"#.utf8).span)
        let last = try reader.finish()

        #expect(ids(first) == ["1"])
        #expect(ids(last) == ["2"])
        #expect(last.nextLink == "l")
    }

    @Test(arguments: [
        (#"{"value":[]"#, JSONError.Problem.truncated, 11),
        (#"{"a":1}"#, .valueMissing, 7), ("{}", .valueMissing, 2),
        (#"{"value":{}}"#, .valueNotArray, 9), (#"{"value":null}"#, .valueNotArray, 9),
        (#"{"value":[1]}"#, .itemNotObject, 10), (#"{"value":[{},"a"]}"#, .itemNotObject, 13),
        ("[]", .itemNotObject, 0), (#"{"value":[{},]}"#, .unexpectedByte, 13),
        (#"{"value":[],}"#, .unexpectedByte, 12), (#"{"value":[]}{"#, .trailingBytes, 12),
        (#"{"value":[{"a":01}]}"#, .invalidNumber, 15),
        (#"{"a":tru,"value":[]}"#, .invalidLiteral, 5),
        (#"{"a":nulls,"value":[]}"#, .unexpectedByte, 9),
        (#"{"a":-,"value":[]}"#, .invalidNumber, 5),
        (#"{"a":"\x","value":[]}"#, .invalidEscape, 6), (#"{"a":1"#, .truncated, 6),
        (#"{"@odata.nextLink":1,"value":[]}"#, .linkNotString, 19),
        (#"{"value":[{]}"#, .unexpectedByte, 11), (#"{"value":[{"a":[}]}]}"#, .unexpectedByte, 16),
        ("", .truncated, 0), (" 1", .itemNotObject, 1), ("<html>", .unexpectedByte, 0),
        (#"{"value":['a']}"#, .unexpectedByte, 10), (#"{"a":null"#, .truncated, 9),
    ])
    func `a page that is none is refused, however it is cut`(
        text: String, problem: JSONError.Problem, position: Int
    ) {
        for size in [1, 2, 3, 7, 1000] {
            guard
                case .failure(let error) = outcome(Array(text.utf8), .collection, chunks: { size })
            else {
                Issue.record("accepted \(text)")
                continue
            }
            #expect(error.problem == problem && error.position == position, "size \(size)")
        }
    }

    @Test func `names of the page itself may not be used twice`() {
        let error = #expect(throws: JSONError.self) {
            try read(#"{"value":[],"a":1,"v\u0061lue":[]}"#)
        }

        #expect(error?.problem == .duplicateName)
        #expect(error?.position == 18)
        #expect(error?.path == "value")
    }

    @Test func `chunks never change what comes out, nor an error`() throws {
        var generator = SeededGenerator(seed: 8)
        for round in 0..<60 {
            let items = (0..<generator.below(5)).map { _ in
                Sample.object(&generator).spelled(&generator)
            }
            var page =
                Array("\u{FEFF}{ \"x\" : ".utf8) + Sample.random(&generator).spelled(&generator)
            page += Array(",\"value\":[".utf8) + items.joined(separator: [0x2C])
            page += Array("],\"@odata.nextLink\":\"l\"}\n".utf8)
            if round % 2 == 1 {
                page[generator.below(page.count)] = UInt8(truncatingIfNeeded: generator.next())
            }

            let whole = outcome(page, .collection) { page.count }

            #expect(outcome(page, .collection) { 1 } == whole, "\(page.hex)")
            #expect(outcome(page, .collection) { 1 + generator.below(40) } == whole, "\(page.hex)")
        }
    }

    @Test func `items of a page are what each is by itself`() throws {
        var generator = SeededGenerator(seed: 9)
        let items = (0..<20).map { _ in Sample.object(&generator).spelled(&generator) }
        let body = Array("{\"value\":[".utf8) + items.joined(separator: [0x2C]) + Array("]}".utf8)

        let page = try CanonicalPage(body, .collection, by: CanonicalRules())

        #expect(
            page.items.map { Array(page.bytes[$0.bytes]) }
                == (try items.map { try canonicalized($0) }))
    }

    @Test func `a reader reads page after page, in whatever order members come`() throws {
        var generator = SeededGenerator(seed: 10)
        var reader = PageReader(.object, by: CanonicalRules())
        let sample = Sample.object(&generator)
        for _ in 0..<20 {
            let bytes = sample.shuffled(&generator).spelled(&generator)

            try reader.read(bytes.span)

            #expect(try reader.finish().bytes == canonicalized(bytes))
        }
    }

    @Test func `objects of 300 members are sorted too`() throws {
        let members = (0..<300).map { "\"\($0)\":\($0)" }
        let sorted = (0..<300).map { "\($0)" }.sorted().map { "  \"\($0)\": \($0)" }

        let text = try canonical("{\(members.joined(separator: ","))}")

        #expect(text == "{\n\(sorted.joined(separator: ",\n"))\n}\n")
    }

    @Test func `a reader that failed stays failed`() throws {
        var reader = PageReader(.collection, by: CanonicalRules())
        #expect(throws: JSONError.self) { try reader.read(Array("x".utf8).span) }

        #expect(throws: JSONError.self) { try reader.read(Array(#"{"value":[]}"#.utf8).span) }
        #expect(throws: JSONError.self) { try reader.finish() }
    }
}
