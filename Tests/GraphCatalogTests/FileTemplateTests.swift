import GraphCatalog
import Testing

struct FileTemplateTests {
    private let scope = "/subscriptions/s1/resourceGroups/g1/providers/a/b"

    private func path(_ template: FileTemplate, _ members: [String: String]) -> String? {
        template.path { members[$0] }?.joined(separator: "|")
    }

    @Test(arguments: [
        ("{id}", "a/b"), ("{id&}.x/y", "a&b.x|y"), ("f/{p.scope:2}/{p.scope:-1}", "f|s1|b"),
        ("{p.scope:1}&{id}", "subscriptions&a/b"),
    ])
    func `members stand whole, joined or in part`(template: String, expected: String) {
        let members = ["id": "a/b", "p.scope": scope]

        #expect(path(FileTemplate(template), members) == expected)
    }

    @Test(arguments: ["{none}", "{empty}", "a/{id:3}", "{id:-3}", "{id:0}"])
    func `a template does not fit an object without what it names`(template: String) {
        #expect(path(FileTemplate(template), ["id": "a/b", "empty": ""]) == nil)
    }

    @Test(arguments: [
        ("/subscriptions/*/RESOURCEGROUPS/**", true), ("**", true), ("/subscriptions/**", true),
        ("/subscriptions/*", false), ("/subscriptions/*/resourceGroups/*", false),
        ("/subscriptions/*/resourceGroups/*/providers/a/b/**", false), ("", false),
    ])
    func `a form decides which objects a template fits`(form: String, fits: Bool) {
        let template = FileTemplate("{id}", where: "scope", is: form)

        #expect((path(template, ["id": "x", "scope": scope]) != nil) == fits)
        #expect(path(template, ["id": "x"]) == nil)
    }

    @Test func `a template knows which paths can be its own`() {
        let template = FileTemplate("Subscriptions/{a}/x{b}")

        #expect(template.depth == 3)
        #expect(template.mayHave("Subscriptions".utf8, at: 0))
        #expect(!template.mayHave("Root".utf8, at: 0))
        #expect(template.mayHave("anything".utf8, at: 1))
        #expect(!template.mayHave("anything".utf8, at: 3))
    }
}
