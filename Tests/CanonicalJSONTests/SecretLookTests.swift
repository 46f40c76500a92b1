import CanonicalJSON
import Testing

struct SecretLookTests {
    /// Returns the canonical form of `{"a":"text"}`, with the text escaped as JSON demands and, if
    /// asked for, every character besides.
    private func written(
        _ text: String, escapingAll: Bool = false
    ) throws -> (text: String, withheld: Int) {
        let escaped = text.utf16.map { unit in
            "\\u" + String(repeating: "0", count: 4 - String(unit, radix: 16).count)
                + String(unit, radix: 16)
        }.joined()
        let value = escapingAll ? Array("\"\(escaped)\"".utf8) : quoted(text)
        let page = try CanonicalPage(
            Array("{\"a\":".utf8) + value + [0x7D], .object, by: CanonicalRules())
        return (String(decoding: page.bytes, as: UTF8.self), page.withheld)
    }

    private let placeholder = "{\n  \"a\": \"[secret withheld]\"\n}\n"

    @Test(arguments: SecretSamples.all)
    func `a secret is known by its looks, however it is written`(
        kind: String, text: String
    ) throws {
        #expect(try written(text) == (placeholder, 1), "\(kind)")
        #expect(try written(text, escapingAll: true) == (placeholder, 1), "\(kind)")
    }

    @Test(arguments: SecretSamples.all)
    func `a secret is found inside other text`(kind: String, text: String) throws {
        for text in [
            "Rotated by é: ?\(text)", "Use this one;\(text)\nand tell nobody.", "'\(text)'",
            "\t#\(text)#", String(decoding: quoted("x&" + text), as: UTF8.self),
            String(repeating: "Long before. ", count: 40) + "?" + text,
        ] {
            #expect(try written(text) == (placeholder, 1), "\(kind): \(text)")
        }
    }

    @Test(arguments: SecretSamples.harmless)
    func `what only resembles a secret stays`(text: String) throws {
        let expected = "{\n  \"a\": \(String(decoding: quoted(text), as: UTF8.self))\n}\n"

        #expect(try written(text) == (expected, 0))
        #expect(try written(text, escapingAll: true) == (expected, 0))
        #expect(withoutSecrets(text) == text)
    }

    @Test(arguments: SecretSamples.all)
    func `a text to be shown passes the same look`(kind: String, text: String) {
        #expect(
            withoutSecrets("Graph said \(text)") == "[secret withheld]" || kind.contains("start"))
        #expect(withoutSecrets(text) == "[secret withheld]")
    }

    @Test func `a secret at any depth and place is never written`() throws {
        var generator = SeededGenerator(seed: 11)
        for round in 0..<400 {
            let (kind, secret) = SecretSamples.all[round % SecretSamples.all.count]
            let document = Self.document(around: quoted(secret), depth: 0, &generator)

            let page = try CanonicalPage(
                document, .object, by: CanonicalRules(sets: ["a", "b.a", "a.b"]))

            let text = String(decoding: page.bytes, as: UTF8.self)
            #expect(page.withheld == 1, "\(kind)")
            #expect(text.contains("[secret withheld]"))
            #expect(
                !text.contains(
                    String(decoding: quoted(secret).dropFirst().dropLast(), as: UTF8.self)))
        }
    }

    /// An object with `value` somewhere inside, among harmless neighbours.
    private static func document(
        around value: [UInt8], depth: Int, _ generator: inout SeededGenerator
    ) -> [UInt8] {
        let harmless = SecretSamples.harmless
        var members: [[UInt8]] = []
        for name in ["a", "b", "displayName", "Üm"].prefix(generator.below(4) + 1) {
            let text = harmless[generator.below(harmless.count)]
            members.append(quoted(name) + [0x3A] + quoted(text))
        }
        let isDeeper = depth < 5 && generator.below(3) > 0
        var inner = isDeeper ? document(around: value, depth: depth + 1, &generator) : value
        if generator.below(3) == 0 { inner = Array("[1,".utf8) + inner + Array(",null]".utf8) }
        members.insert(Array("\"secretly\":".utf8) + inner, at: generator.below(members.count + 1))
        return [0x7B] + Array(members.joined(separator: [0x2C])) + [0x7D]
    }
}
