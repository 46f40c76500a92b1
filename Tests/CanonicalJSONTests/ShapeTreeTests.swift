import Testing

@testable import CanonicalJSON

/// What was learnt from one object must never change another.
struct ShapeTreeTests {
    /// Reads documents one after another with one reader; returns their canonical forms.
    private func read(
        _ documents: [[UInt8]], by rules: CanonicalRules = CanonicalRules()
    ) throws(JSONError) -> [[UInt8]] {
        var reader = PageReader(.object, by: rules)
        var forms: [[UInt8]] = []
        for document in documents {
            try reader.read(document.span)
            forms.append(try reader.finish().bytes)
        }
        return forms
    }

    /// Expects that documents read by one reader come out as each does by itself.
    private func expectNoInfluence(
        _ documents: [String], by rules: CanonicalRules = CanonicalRules()
    ) throws {
        let documents = documents.map { Array($0.utf8) }

        let together = try read(documents, by: rules)

        #expect(together == (try documents.map { try canonicalized($0, by: rules) }))
    }

    @Test(arguments: [
        [
            #"{"b":1,"a":2}"#, #"{"a":1,"b":2}"#, #"{"b":1,"a":2}"#, #"{"b":1}"#,
            #"{"b":1,"a":2,"c":3}"#,
        ],
        [#"{"b":1,"a":2}"#, #"{"b" :1,"a"  :2}"#, #"{ "b":1 , "a":2 }"#, #"{"\u0062":1,"a":2}"#],
        [#"{"b":"x","a":[]}"#, #"{"b":[ ],"a":"x"}"#, #"{"b":{},"a":[1]}"#, #"{"b":-1,"a":null}"#],
        [#"{"ab":1,"a":2}"#, #"{"a":1,"ab":2}"#, #"{"abc":1,"ab":2}"#, #"{"":1,"ab":2}"#, #"{}"#],
        [#"{"z":{"b":1,"a":2},"y":[{"b":1,"a":2},[{"a":1,"b":2}]]}"#, #"{"z":[[{"b":3,"a":4}]]}"#],
        [#"{"é":1,"a":2}"#, #"{"\u00e9":1,"a":2}"#, #"{"é":"é","a":"\n"}"#, #"{"e":"x","a":2}"#],
        [#"{"b":true,"a":false}"#, #"{"b":false,"a":null}"#, #"{"b":null,"a":true}"#],
    ])
    func `an object is written as if it were alone`(documents: [String]) throws {
        try expectNoInfluence(documents + documents.reversed() + documents)
    }

    @Test func `names of all lengths are told apart in every byte`() throws {
        for count in Array(1...40) + Array(120...132) + Array(250...260) {
            let name = [UInt8](repeating: 0x61, count: count)
            var names = [name, name + [0x61]]
            for place in 0..<count where count <= 40 || place % 16 >= 14 || place > count - 3 {
                var other = name
                other[place] = 0x62
                names.append(other)
            }
            let texts = (names + [name]).map { String(decoding: $0, as: UTF8.self) }

            try expectNoInfluence(texts.map { #"{"\#($0)":"x","Z":0}"# })
            try expectNoInfluence(texts.map { #"{"Z":0,"\#($0)":"x"}"# })
        }
    }

    @Test func `values of all lengths are found and copied whole`() throws {
        for count in 0...300 {
            let text = String(repeating: "x", count: count)
            for end in ["", "\\n", "é", "=", "J", "\\\""] {
                try expectNoInfluence(
                    [0, 1, 2].map { #"{"b":\#($0),"a":"\#(text)\#(end)","c":["\#(text)","y"]}"# })
            }
        }
    }

    @Test(arguments: [
        (#"{"b":1,"a":2,"b":3}"#, "b"), (#"{"b":1,"a":2,"a":3}"#, "a"),
        (#"{"b":1,"a":2,"\u0062":3}"#, "b"), (#"{"\u0062":1,"a":2,"b":3}"#, "b"),
        (#"{"b":1,"a":{"b":1,"a":2,"b":3}}"#, "a.b"),
    ])
    func `a name used twice is found in a known shape too`(document: String, path: String) throws {
        let known = [#"{"b":1,"a":2}"#, #"{"b":1,"a":{"b":1,"a":2}}"#].map { Array($0.utf8) }
        for _ in 0..<2 {
            let error = #expect(throws: JSONError.self) {
                try read(known + [Array(document.utf8)])
            }
            #expect(error?.problem == .duplicateName)
            #expect(error?.path == path)
        }
    }

    @Test func `what was refused leaves nothing behind that lets it pass`() {
        for damaged in [
            #"{"b":1,"a":"x"#, #"{"b":1,"a":nul}"#, #"{"b":1,"a"}"#, #"{"b":1,"a":}"#,
            #"{"b":1 "a":2}"#, #"{"b":1,,"a":2}"#, #"{"b":1,"a":2,}"#, #"{,"b":1}"#,
            "{\"b\":1,\"a\":\"\u{1}\"}", #"{"b":1,"a":truex}"#, #"{"b":1,"a":nulll,"c":0}"#,
            #"{"b":1,a":2}"#, #"{"b":1,"a:2}"#,
        ] {
            let known = [#"{"b":1,"a":2}"#, #"{"b":1,"a":"x","c":true}"#].map { Array($0.utf8) }

            let alone = #expect(throws: JSONError.self) { try read([Array(damaged.utf8)]) }
            let after = #expect(throws: JSONError.self) { try read(known + [Array(damaged.utf8)]) }

            #expect(alone == after, "\(damaged)")
        }
    }

    @Test func `the ID is found in an item whose shape was met deeper before`() throws {
        let page = #"{"x":[{"id":"a","b":1}],"y":{"id":"a"},"value":[{"id":"b","b":1},{"id":"c"}]}"#

        let read = try CanonicalPage(Array(page.utf8), .collection, by: CanonicalRules())

        #expect(
            read.items.map { read.id(of: $0).map { String(decoding: $0, as: UTF8.self) } }
                == ["b", "c"])
    }

    @Test func `rules and secrets hold where a shape is known`() throws {
        let rules = CanonicalRules(volatile: ["v", "o.a"], sets: ["s"])
        let documents = [1, 2, 3].map {
            #"{"v":\#($0),"s":["b","a"],"password":"x\#($0)","t":"eyJh.eyJz.\#($0)","#
                + #""o":{"a":1,"token":2,"@odata.id":"x"},"a@odata.context":"","#
                + #""passwordCredentials":[{"hint":"h"}]}"#
        }

        let forms = try read(documents.map { Array($0.utf8) }, by: rules)

        #expect(Set(forms).count == 1)
        #expect(
            String(decoding: forms[2], as: UTF8.self)
                == (try canonical(
                    """
                    {"s":["a","b"],"password":"[secret withheld]","t":"[secret withheld]",
                     "o":{"token":"[secret withheld]"},
                     "passwordCredentials":[{"hint":"[secret withheld]"}]}
                    """)))
    }

    @Test func `an array in a known member counts as a level of depth`() throws {
        let deep = String(repeating: #"{"b":1,"a":"#, count: Limits.depth - 1)
        let ends = String(repeating: "}", count: Limits.depth - 1)
        let fits = Array("\(deep){\"b\":1,\"a\":2}\(ends)".utf8)
        let tooDeep = Array("\(deep){\"b\":1,\"a\":[]}\(ends)".utf8)

        _ = try read([fits, fits])

        let position = deep.utf8.count + #"{"b":1,"a":"#.utf8.count
        #expect(throws: JSONError(.tooDeep, at: position)) { try read([fits, tooDeep]) }
    }

    @Test func `more shapes than are remembered change nothing`() throws {
        var generator = SeededGenerator(seed: 11)
        let documents = (0..<1500).map { round in
            let names = Set((0..<8).map { _ in "n\(generator.below(400))" }).sorted()
                .shuffled(using: &generator)
            return "{" + names.map { #""\#($0)":"\#(round)""# }.joined(separator: ",") + "}"
        }

        try expectNoInfluence(documents)
    }

    @Test func `generated documents are what each is by itself, however they are cut`() throws {
        var generator = SeededGenerator(seed: 12)
        let samples = (0..<10).map { _ in Sample.object(&generator) }
        var reader = PageReader(.object, by: CanonicalRules(sets: ["a"]))
        for round in 0..<400 {
            var sample = samples[generator.below(samples.count)]
            if round % 5 == 0 { sample = sample.shuffled(&generator) }
            let document = sample.spelled(&generator)
            var at = 0
            while at < document.count {
                let end = min(at + 1 + generator.below(80), document.count)
                try reader.read(document.span.extracting(at..<end))
                at = end
            }

            let bytes = try reader.finish().bytes

            #expect(bytes == (try canonicalized(document, by: CanonicalRules(sets: ["a"]))))
        }
    }
}
