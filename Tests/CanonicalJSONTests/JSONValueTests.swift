import CanonicalJSON
import Testing

struct JSONValueTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    @Test func `values are read by their types`() throws {
        let value = try parse(
            "\u{FEFF}"
                + #" {"s":"\u00e9\ud83d!","n":-17,"f":1.50,"t":true,"z":null,"a":[1,[2]],"o":{}}"#)

        #expect(value["s"]?.string == "é\u{FFFD}!")
        #expect(value["n"]?.int == -17)
        #expect(value["f"]?.int == nil)
        #expect(value["f"]?.number == "1.50")
        #expect(value["t"]?.bool == true)
        #expect(value["z"]?.isNull == true)
        #expect(value["z"]?.bool == nil)
        #expect(value["a"]?.array?.map(\.int) == [1, nil])
        #expect(value["a"]?.array?[1].array?.first?.int == 2)
        #expect(value["o"]?.object?.isEmpty == true)
        #expect(value["missing"] == nil)
        #expect(value["s"]?["x"] == nil)
        #expect(value["n"]?.string == nil && value["s"]?.number == nil && value["s"]?.array == nil)
    }

    @Test func `members come in the order received, dropped ones too`() throws {
        let value = try parse(#"{"b":1,"@odata.etag":"x","\u0061":{"c":2},"A":3}"#)

        #expect(value.object?.map(\.name) == ["b", "@odata.etag", "a", "A"])
        #expect(value["a"]?["c"]?.int == 2)
    }

    @Test func `a node knows its bytes`() throws {
        let text =
            #"  {"responses":[{"id":"1","status":200,"body": {"value" :[ ]}},{"body":"x"}]} "#
        let value = try parse(text)

        let responses = try #require(value["responses"]?.array)

        #expect(responses[0]["body"].map { Array($0.bytes) } == Array(#"{"value" :[ ]}"#.utf8))
        #expect(responses[0]["body"]?.range == 47..<61)
        #expect(responses[1]["body"].map { Array($0.bytes) } == Array(#""x""#.utf8))
        #expect(value.range == 2..<text.utf8.count - 1)
    }

    @Test func `integers that do not fit are none`() throws {
        #expect(try parse("9223372036854775807").int == .max)
        #expect(try parse("9223372036854775808").int == nil)
        #expect(try parse("1e2").int == nil)
    }

    @Test(arguments: ["", "{", "[1,]", #"{"a":1,"a":2}"#, "1 2", "\"\u{1}\""])
    func `what pages may not hold, documents may not hold`(text: String) {
        let page = #expect(throws: JSONError.self) { try canonicalized(Array(text.utf8)) }
        let document = #expect(throws: JSONError.self) { try parse(text) }

        #expect(page == document)
    }

    @Test func `a value says what the generator put in`() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<100 {
            let sample = Sample.random(&generator)

            let value = try JSONValue(parsing: sample.spelled(&generator))

            #expect(matches(value, sample))
        }
    }

    private func matches(_ value: JSONValue, _ sample: Sample) -> Bool {
        switch sample {
        case .word(let word), .number(let word):
            return value.bytes.elementsEqual(word.utf8)
        case .text(let text):
            return value.string == String(decoding: text, as: UTF16.self)
        case .array(let elements):
            guard let found = value.array, found.count == elements.count else { return false }
            return zip(found, elements).allSatisfy { matches($0, $1) }
        case .object(let members):
            guard let found = value.object, found.count == members.count else { return false }
            return zip(found, members).allSatisfy {
                $0.name == String(decoding: $1.name, as: UTF16.self) && matches($0.value, $1.value)
            }
        }
    }
}

struct JSONDraftTests {
    @Test func `a draft is written as JSON`() throws {
        let url = "/users?$filter=a eq 'b\"\\\n\u{1}é'"
        let draft: JSONDraft = [
            "requests": [["id": "1", "url": .string(url), "n": -3, "t": true, "z": nil]],
            "waitSeconds": .thousandths(-12_034), "raw": .json(Array("[1.0]".utf8)), "o": [:],
            "a": [],
        ]

        let value = try JSONValue(parsing: draft.bytes)

        #expect(value["requests"]?.array?.first?["url"]?.string == url)
        #expect(value["requests"]?.array?.first?["n"]?.int == -3)
        #expect(value["waitSeconds"]?.number == "-12.034")
        #expect(value["raw"]?.array?.first?.number == "1.0")
        #expect(value.object?.map(\.name) == ["requests", "waitSeconds", "raw", "o", "a"])
        #expect(JSONDraft.thousandths(5).bytes == Array("0.005".utf8))
    }

    @Test func `a quoted string is canonical`() throws {
        let text = "a\"\\/\u{0}\u{1F}\n\u{7F}é😀"

        #expect(try canonicalized(quoted(text)) == quoted(text) + [0x0A])
    }
}
