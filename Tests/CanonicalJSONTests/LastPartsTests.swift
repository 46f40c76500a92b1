import CanonicalJSON
import Testing

struct LastPartsTests {
    private func cut(_ page: String, _ form: PageReader.Form = .collection) -> String {
        String(
            decoding: cutToLastParts(Array(page.utf8), at: ["role", "p.role"], form),
            as: UTF8.self)
    }

    @Test func `an ID is the same however its path was spelled`() {
        let one = #"{"value":[{"role":"/s/1/R/AB-1"},{"p":{"role":"\/r\/ab-1","x":"/a/B"}}]}"#

        #expect(cut(one) == #"{"value":[{"role":"ab-1"},{"p":{"role":"ab-1","x":"/a/B"}}]}"#)
        #expect(cut(#"{ "p" : { "role" : "/a/b" } }"#, .object) == #"{ "p" : { "role" : "b" } }"#)
    }

    @Test(arguments: [
        #"{"value":[{"role":null},{"role":7},{"role":""},{"p":[]}]}"#,
        #"{"value":[{"role":"/a/b c"},{"role":"/a/\"b"},{"role":"é"}]}"#,
        #"{"value":{"role":"/a/b"}}"#, "{\"value\":[{\"role\":\"/a/b\"}", "", "[]",
    ])
    func `whatever is no path to an ID stays byte for byte`(page: String) {
        #expect(cut(page) == page)
    }
}
