import Testing

@testable import CanonicalJSON

struct RefusalTests {
    static let refused: [(String, JSONError.Problem, Int)] = [
        ("", .truncated, 0), ("  ", .truncated, 2), ("[", .truncated, 1), ("{\"a\"", .truncated, 4),
        ("\"a", .truncated, 2), ("\"\\", .truncated, 2), ("\"\\u00", .truncated, 5),
        ("tru", .truncated, 3), ("-", .truncated, 1), ("1.", .truncated, 2), ("1e", .truncated, 2),
        ("1e+", .truncated, 3),
        ("x", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0), ("[1,]", .unexpectedByte, 3),
        ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3), ("{,}", .unexpectedByte, 1),
        ("{\"a\":1,}", .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1),
        ("{\"a\" 1}", .unexpectedByte, 5), ("{\"a\":}", .unexpectedByte, 5),
        ("[}", .unexpectedByte, 1), ("{]", .unexpectedByte, 1), ("[1}", .unexpectedByte, 2),
        ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0),
        ("Infinity", .unexpectedByte, 0), ("// x\n1", .unexpectedByte, 0),
        ("\u{A0}1", .unexpectedByte, 0), ("\u{0C}1", .unexpectedByte, 0),
        ("1 \u{FEFF}", .trailingBytes, 2),
        ("\u{FEFF}\u{FEFF}1", .unexpectedByte, 3), ("{\"a\":\u{0}1}", .unexpectedByte, 5),
        ("01", .invalidNumber, 0), ("-01", .invalidNumber, 0), ("[1.]", .invalidNumber, 1),
        ("[-]", .invalidNumber, 1), ("[1.e3]", .invalidNumber, 1), ("[1e]", .invalidNumber, 1),
        ("1+2", .invalidNumber, 0), ("1.2.3", .invalidNumber, 0), ("--1", .invalidNumber, 0),
        ("1e5.0", .invalidNumber, 0), ("[-Infinity]", .invalidNumber, 1),
        ("True", .unexpectedByte, 0), ("trux", .invalidLiteral, 0), ("[nul]", .invalidLiteral, 1),
        ("fALSE", .invalidLiteral, 0), ("nulls", .trailingBytes, 4), ("0x1", .trailingBytes, 1),
        ("{} {}", .trailingBytes, 3), ("1,", .trailingBytes, 1), ("\"a\"b", .trailingBytes, 3),
        ("\"a\nb\"", .controlCharacter, 2), ("\"\u{0}\"", .controlCharacter, 1),
        ("\"\u{1F}\"", .controlCharacter, 1), ("{\"\t\":1}", .controlCharacter, 2),
        (#""\x41""#, .invalidEscape, 1), (#""a\'""#, .invalidEscape, 2),
        (#""\u00g0""#, .invalidEscape, 1), (#""\U0041""#, .invalidEscape, 1),
        (#""\ud83d\u12"#, .truncated, 11), (#""\ud83d\u12x4""#, .invalidEscape, 7),
        ("\"\\\u{E9}\"", .invalidEscape, 1),
    ]

    @Test(arguments: refused)
    func `what is not JSON is refused with its place`(
        text: String, problem: JSONError.Problem, position: Int
    ) {
        let error = #expect(throws: JSONError.self) { try canonicalized(Array(text.utf8)) }

        #expect(error == JSONError(problem, at: position))
    }

    static let notUTF8: [[UInt8]] = [
        [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x41], [0xE0, 0x9F, 0xBF],
        [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF],
        [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x98], [0xFE], [0xFF],
    ]

    @Test(arguments: notUTF8)
    func `bytes that are not UTF-8 are refused in values and names`(bytes: [UInt8]) {
        for (before, after) in [("[\"abc", "\"]"), ("{\"é", "\":1}"), ("[\"12345678", "\"]")] {
            let document = Array(before.utf8) + bytes + Array(after.utf8)

            let error = #expect(throws: JSONError.self) { try canonicalized(document) }

            #expect(error == JSONError(.invalidUTF8, at: before.utf8.count))
        }
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, 7, "a"),
        (#"{"a":1,"\u0061":1}"#, 7, "a"),
        (#"{"x":{"b":[0,{"é":1,"c":2,"\u00e9":3}]}}"#, 27, "x.b[1].é"),
        (#"{"\ud83d":1,"\uD83D":2}"#, 12, "\u{FFFD}"),
        (#"{"@odata.etag":1,"@odata.etag":2}"#, 17, "@odata.etag"),
        (#"[{"":1,"":2}]"#, 7, "[0]."),
    ])
    func `a name used twice is refused with its path`(text: String, position: Int, path: String) {
        let error = #expect(throws: JSONError.self) { try canonicalized(Array(text.utf8)) }

        #expect(error == JSONError(.duplicateName, at: position, path: path))
    }

    @Test func `values nest 256 deep and not deeper`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: 0x5B, count: depth) + Array(repeating: 0x5D, count: depth)
        }

        #expect(try canonicalized(nested(256)).count > 256)
        let error = #expect(throws: JSONError.self) { try canonicalized(nested(257)) }
        #expect(error == JSONError(.tooDeep, at: 256))
        #expect(error?.reason == "values are nested more than 256 deep at byte 256")
        #expect(throws: JSONError(.tooDeep, at: 256)) {
            try canonicalized(Array(repeating: 0x5B, count: 100_000))
        }
    }

    @Test func `an item may have as many bytes as the limit says, received and written`() throws {
        func read(_ item: String, limit: Int) throws(JSONError) -> CanonicalPage {
            var reader = PageReader(.object, by: CanonicalRules(), byteLimit: limit)
            try reader.read(Array(item.utf8).span)
            return try reader.finish()
        }
        let spaced = #"{"a"         :1         }"#
        let dense = #"{"a":[1]}"#
        let written = try canonical(dense).utf8.count

        #expect(try read(spaced, limit: spaced.utf8.count).items.count == 1)
        #expect(throws: JSONError(.tooLarge, at: spaced.utf8.count - 1)) {
            try read(spaced, limit: spaced.utf8.count - 1)
        }
        #expect(try read(dense, limit: written).bytes.count == written)
        #expect(throws: JSONError(.tooLarge, at: 0)) { try read(dense, limit: written - 1) }
        #expect(Limits.bytes == 64 << 20)
    }

    @Test func `every problem has words of its own`() {
        let problems: [JSONError.Problem] = [
            .truncated, .unexpectedByte, .trailingBytes, .invalidUTF8, .controlCharacter,
            .invalidEscape, .invalidNumber, .invalidLiteral, .duplicateName, .tooDeep, .tooLarge,
            .tooManyValues, .itemNotObject, .valueNotArray, .valueMissing, .linkNotString,
        ]

        let reasons = Set(problems.map { JSONError($0, at: 3).reason })

        #expect(reasons.count == problems.count)
        #expect(reasons.allSatisfy { $0.hasSuffix(" at byte 3") })
    }
}
