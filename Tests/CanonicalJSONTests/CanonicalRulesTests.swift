import CanonicalJSON
import Testing

struct CanonicalRulesTests {
    @Test func `annotations are dropped, and the type of an object stays`() throws {
        let text = """
            {"@odata.type":"#x","@odata.etag":1,"a@odata.context":2,"@odata.type2":3,
             "a@odata.type":4,"@microsoft.graph.tips":[{"a":1}],"a@microsoft.graph.tips":5,
             "a@delta":6,"@odata":7,"\\u0040odata.id":8,"x@y@odata.nextLink":9,"@odatatype":10,
             "b":{"@odata.id":11,"@odata.type":"#y"},"@Odata.id":12}
            """

        let expected = """
            {
              "@Odata.id": 12,
              "@odata": 7,
              "@odata.type": "#x",
              "@odatatype": 10,
              "a@delta": 6,
              "a@microsoft.graph.tips": 5,
              "b": {
                "@odata.type": "#y"
              }
            }

            """
        #expect(try canonical(text) == expected)
    }

    @Test func `volatile members are dropped at their path, through arrays`() throws {
        let rules = CanonicalRules(volatile: ["a", "s.t.u", "plans.date", "x.y"])
        let text = """
            {"a":[1,{"b":2}],"b":{"a":1},"s":{"t":[[{"u":1,"v":2}]],"u":3},"u":4,
             "plans":[{"date":1},{"date":2,"id":{"date":3}}],"x":5,"y":6}
            """

        let expected = try canonical(
            """
            {"b":{"a":1},"s":{"t":[[{"v":2}]],"u":3},"u":4,
             "plans":[{},{"id":{"date":3}}],"x":5,"y":6}
            """)
        #expect(try canonical(text, by: rules) == expected)
    }

    @Test func `rules look at decoded names, and at whole names`() throws {
        let rules = CanonicalRules(volatile: ["ab"])

        let text = try canonical(#"{"\u0061b":1,"a":2,"abc":3,"Ab":4}"#, by: rules)

        #expect(text == "{\n  \"Ab\": 4,\n  \"a\": 2,\n  \"abc\": 3\n}\n")
    }

    @Test func `a set is sorted by its elements' bytes and keeps duplicates`() throws {
        let rules = CanonicalRules(sets: ["s", "o.s", "n"])
        let text = """
            {"s":["b","\\u0061","B","b",10,9,null,[2,1],{"x":1},{"a":1,"w":0}],
             "o":[{"s":[3,2]},{"s":[]}],"n":[[2,1],[1,2]],"t":[2,1]}
            """

        // " < 1 < 9 < [ < n < {, and in objects the first line decides.
        let expected = try canonical(
            """
            {"s":["B","a","b","b",10,9,[2,1],null,{"a":1,"w":0},{"x":1}],
             "o":[{"s":[2,3]},{"s":[]}],"n":[[1,2],[2,1]],"t":[2,1]}
            """)
        #expect(try canonical(text, by: rules) == expected)
    }

    @Test func `the depth of a set does not change its order`() throws {
        // At a depth, the elements' second lines are indented; alone, they are not.
        let elements = #"[[[1]],[["a"]],[{"b":1}],[[]],[],"x",[1]]"#
        let flat = try canonical(
            #"{"s":\#(elements)}"#, by: CanonicalRules(sets: ["s"]))
        let deep = try canonical(
            #"{"o":{"s":\#(elements)}}"#, by: CanonicalRules(sets: ["o.s"]))

        let lines = { (text: String) in
            text.split(separator: "\n").map { $0.drop { $0 == " " } }
        }
        #expect(lines(deep) == ["{", "\"o\": {"] + lines(flat).dropFirst() + ["}"])
    }

    @Test func `shuffled sets never change a byte, also sets in sets`() throws {
        let rules = CanonicalRules(volatile: ["s.v"], sets: ["s", "s.t"])
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<50 {
            var elements = (0..<generator.below(6)).map { _ in
                (0..<generator.below(4)).map { _ in "\(generator.below(9))" }
            }
            func text() -> String {
                let inner = elements.map {
                    "{\"v\":\(generator.below(99)),\"t\":[\($0.joined(separator: ","))]}"
                }
                return "{\"s\":[\(inner.joined(separator: ","))]}"
            }
            let before = try canonical(text(), by: rules)
            elements = elements.map { $0.shuffled(using: &generator) }
                .shuffled(using: &generator)

            #expect(try canonical(text(), by: rules) == before)
        }
    }

    @Test(arguments: [
        #"{"owner":"v","roles":[{"password":"x"}],"scopes":{"a":1},"id":"1","keys":[1]}"#,
        #"{"keys":[1],"scopes":{"a":1},"roles":[{"password":"x"}],"id":"1","owner":"v"}"#,
        #"{"\u0072oles":[],"keys":[1],"scopes":null,"id":"1","\u006fwner":"\u0076"}"#,
    ])
    func `an item is reduced by one of its members, wherever that stands`(item: String) throws {
        let rules = CanonicalRules(
            volatile: ["owner"],
            reductions: [.init(where: "owner", is: "v", dropping: ["roles", "scopes", "none"])])

        // The first of a shape is sorted, the others follow it.
        let page = try CanonicalPage(
            Array("{\"value\":[\(item),\(item),\(item)]}".utf8), .collection, by: rules)

        #expect(page.withheld == 0)
        for item in page.items {
            let text = String(decoding: page.bytes[item.bytes], as: UTF8.self)
            #expect(text == "{\n  \"id\": \"1\",\n  \"keys\": [\n    1\n  ]\n}\n")
        }
    }

    @Test func `an item of another kind is not reduced, nor is what is inside it`() throws {
        let rules = CanonicalRules(
            volatile: ["v"],
            reductions: [
                .init(where: "kind", is: "a", dropping: ["x"]),
                .init(where: "other", is: "b", dropping: ["y", "kind"]),
            ])
        for (item, expected) in [
            (#"{"kind":"A","x":1}"#, #"{"kind":"A","x":1}"#), (#"{"x":1}"#, #"{"x":1}"#),
            (#"{"kind":["a"],"x":1}"#, #"{"kind":["a"],"x":1}"#),
            (#"{"in":{"kind":"a","x":1},"x":1}"#, #"{"in":{"kind":"a","x":1},"x":1}"#),
            (#"{"in":{"x":1},"x":1,"kind":"a"}"#, #"{"in":{"x":1},"kind":"a"}"#),
            (#"{"y":2,"x":1,"other":"b","kind":"a","v":0}"#, #"{"other":"b"}"#),
            (#"{"kind":"a","x":1,"v":2}"#, #"{"kind":"a"}"#),
        ] {
            #expect(try canonical(item, by: rules) == canonical(expected))
        }
        #expect(try canonical(#"[{"kind":"a","x":1}]"#, by: rules).contains("x"))
    }

    @Test(arguments: [
        ("b,a", "a,b"), ("b, a", "a, b"), ("a,b", "a,b"), ("a, b", "a, b"), ("a , b,c", "a , b,c"),
        ("c,a,b,a", "a,a,b,c"), ("a", "a"), ("", ""), (",", ","), ("b,,a", ",a,b"),
        ("none", "none"), ("B,a,A", "A,B,a"), (#"\u0062,a"#, "a,b"), (#"z\n,\"q"#, #"\"q,z\n"#),
        ("é,e", "e,é"),
    ])
    func `flags in one text are in the order of their bytes, and stay where they are so`(
        received: String, written: String
    ) throws {
        let rules = CanonicalRules(flags: ["f", "o.f"])

        // The first of a shape is learnt, the others follow it.
        let text = #"[{"f":"\#(received)","g":"b,a","o":[{"f":"\#(received)"}]}]"#
        let page = try CanonicalPage(
            Array("{\"value\":\(text.dropLast()),\(text.dropFirst())}".utf8), .collection, by: rules
        )

        let expected = try canonical(
            #"{"f":"\#(written)","g":"b,a","o":[{"f":"\#(written)"}]}"#)
        #expect(page.withheld == 0)
        for item in page.items {
            let bytes = Array(page.bytes[item.bytes])
            #expect(String(decoding: bytes, as: UTF8.self) == expected)
            let again = try CanonicalPage(bytes, .object, by: rules)
            #expect(Array(again.bytes) == bytes)
        }
    }

    @Test func `what is no text is no flags, and a secret among them is withheld`() throws {
        let rules = CanonicalRules(sets: ["f"], flags: ["f", "s"], secrets: ["s"])

        #expect(
            try canonical(#"{"f":["d,c","b,a"],"s":"b,a"}"#, by: rules)
                == canonical(#"{"f":["a,b","c,d"],"s":"[secret withheld]"}"#))
        for text in [#"{"f":null}"#, #"{"f":{"t":"b,a"}}"#, #"{"f":1}"#] {
            #expect(try canonical(text, by: rules) == canonical(text))
        }
    }

    @Test func `text at a secret's path is withheld`() throws {
        let rules = CanonicalRules(secrets: ["value", "o.p"])
        let text = #"{"key":"k","value":"v","o":[{"p":["a",1,null]},{"q":"b"}],"p":"c"}"#

        let expected = """
            {"key":"k","value":"[secret withheld]","p":"c",
             "o":[{"p":["[secret withheld]","[secret withheld]",null]},{"q":"b"}]}
            """
        #expect(try canonical(text, by: rules) == canonical(expected))
    }
}
