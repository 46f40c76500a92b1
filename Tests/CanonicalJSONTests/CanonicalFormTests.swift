import CanonicalJSON
import Testing

/// Canonicalises text, for tables that a person can read.
func canonical(_ text: String, by rules: CanonicalRules = CanonicalRules()) throws -> String {
    String(decoding: try canonicalized(Array(text.utf8), by: rules), as: UTF8.self)
}

struct CanonicalFormTests {
    @Test func `members are sorted at every depth and indented by two spaces`() throws {
        let text = #"{"b":[1,{"z":null,"a":true}],"B":{},"a":[],"":"x"}"#

        let expected = """
            {
              "": "x",
              "B": {},
              "a": [],
              "b": [
                1,
                {
                  "a": true,
                  "z": null
                }
              ]
            }

            """
        #expect(try canonical(text) == expected)
    }

    @Test(arguments: [
        (#""\/\u0041\u00e9""#, "\"/Aé\""),
        (#""\u0008\u0009\u000A\u000C\u000D\u0000\u001F""#, #""\b\t\n\f\r\u0000\u001f""#),
        (#""\"\\""#, #""\"\\""#),
        (#""\u0022\u005C""#, #""\"\\""#),
        (#""\uD83D\uDE00""#, "\"😀\""),
        (#""\uD83D""#, #""\ud83d""#),
        (#""\uDE00\uD83D""#, #""\ude00\ud83d""#),
        (#""\uD83D\uD83D\uDE00""#, #""\ud83d😀""#),
        (#""\uD83Dx\n""#, #""\ud83dx\n""#),
        (#""\uD83D\u0041""#, #""\ud83dA""#),
        ("\"\u{7F}\u{2028}\u{FFFF}\"", "\"\u{7F}\u{2028}\u{FFFF}\""),
        (#""\u007f""#, "\"\u{7F}\""),
        ("\u{FEFF} 1 ", "1"),
        ("-0", "-0"),
        ("1.50", "1.50"),
        ("1E+05", "1E+05"),
        ("1e400", "1e400"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("\t[ ]\r\n", "[]"),
        ("{ }", "{}"),
    ])
    func `a value has one spelling`(text: String, expected: String) throws {
        #expect(try canonical(text) == expected + "\n")
    }

    @Test func `names sort by the bytes of their decoded text`() throws {
        // U+E000 is three bytes from EE on, an unpaired surrogate three from ED on, 😀 is F0.
        let text = #"{"\ue000":1,"😀":2,"\ud83d":3,"\u0061b":4,"a":5,"\ud7ff":6}"#

        let expected =
            "{\n  \"a\": 5,\n  \"ab\": 4,\n  \"\u{D7FF}\": 6,\n  \"\\ud83d\": 3,\n"
            + "  \"\u{E000}\": 1,\n  \"😀\": 2\n}\n"
        #expect(try canonical(text) == expected)
    }

    @Test func `composed and decomposed names are different names`() throws {
        let text = "{\"é\":1,\"e\u{301}\":2}"

        let bytes = try canonicalized(Array(text.utf8))

        #expect(bytes == Array("{\n  \"e\u{301}\": 2,\n  \"é\": 1\n}\n".utf8))
    }

    @Test func `Python writes the same bytes`() throws {
        var generator = SeededGenerator(seed: 1)
        let documents = (0..<300).map { _ in
            Sample.random(&generator).spelled(&generator)
        }

        let expected = try PythonOracle.canonicalized(documents)

        for (document, expected) in zip(documents, expected) {
            #expect(try canonicalized(document) == expected)
        }
    }

    @Test func `Python refuses what is refused after a byte was changed`() throws {
        var generator = SeededGenerator(seed: 2)
        let documents = (0..<600).map { _ in
            var bytes = Sample.object(&generator).spelled(&generator)
            let place = generator.below(bytes.count)
            bytes[place] = UInt8(truncatingIfNeeded: generator.next())
            return bytes
        }

        let expected = try PythonOracle.canonicalized(documents)

        for (document, expected) in zip(documents, expected) {
            #expect((try? canonicalized(document)) == expected, "\(document.hex)")
        }
    }

    @Test func `canonicalising twice is canonicalising once`() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            let once = try canonicalized(Sample.random(&generator).spelled(&generator))

            #expect(try canonicalized(once) == once)
        }
    }

    @Test func `order, white space and escapes never change a byte`() throws {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<200 {
            let sample = Sample.random(&generator)
            let one = sample.spelled(&generator)
            let other = sample.shuffled(&generator).spelled(&generator)

            #expect(try canonicalized(one) == canonicalized(other))
        }
    }

    @Test func `every prefix of an object is truncated`() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<12 {
            let bytes = Array(
                try canonicalized(Sample.object(&generator).spelled(&generator)).dropLast())
            for count in 0..<bytes.count {
                let error = #expect(throws: JSONError.self) {
                    try canonicalized(Array(bytes[..<count]))
                }
                #expect(error?.problem == .truncated)
                #expect(error?.position == count)
            }
        }
    }

    @Test func `no bytes whatever bring the reader down`() throws {
        var generator = SeededGenerator(seed: 6)
        let alphabet = Array(#"{}[]",:\u0eE+-.tfn \/"#.utf8) + [0x00, 0x80, 0xC3, 0xED, 0xA0, 0xF4]
        for _ in 0..<3000 {
            let bytes = (0..<generator.below(24)).map { _ in
                alphabet[generator.below(alphabet.count)]
            }
            if let once = try? canonicalized(bytes) {
                #expect(try canonicalized(once) == once)
            }
        }
    }
}
