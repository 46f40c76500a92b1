import Attribution
import CanonicalJSON
import Testing

struct ActorTests {
    private func actor(
        _ by: JSONDraft, _ applications: (String) -> String? = { _ in nil }
    ) throws -> Actor? {
        try MadeEvent(by: by).event(applications).actor
    }

    @Test func `a person has their display name, else their principal name, else their ID`()
        throws
    {
        #expect(
            try actor(MadeEvent.adele)
                == Actor(
                    kind: .person, id: "adele", name: "Adele Vance", email: "adele@contoso.com"))
        #expect(try actor(MadeEvent.person("adele", name: nil))?.name == "adele@contoso.com")
        #expect(try actor(["user": ["id": "AB-1", "displayName": ""]])?.name == "ab-1")
    }

    @Test func `an application without an ID of its own is found by its service principal`() throws
    {
        let found = try actor(MadeEvent.app(nil, id: "SP1")) { $0 == "sp1" ? "Terraform" : nil }

        #expect(found?.name == "Terraform (SP)")
        #expect(found?.kind == .application)
        #expect(found?.email == nil)
    }

    @Test(arguments: ["MS-PIM", "Microsoft Substrate Management", "Managed Service Identity"])
    func `what stands in for people is a service`(name: String) throws {
        #expect(try actor(MadeEvent.app(name))?.kind == .service)
    }

    @Test func `zeros and nulls are nobody, and an expiry is the service's`() throws {
        let zeros = "00000000-0000-0000-0000-000000000000"
        #expect(try actor(nil) == nil)
        #expect(try actor(["user": nil, "app": nil]) == nil)
        #expect(try actor(["user": ["id": .string(zeros), "displayName": nil]]) == nil)
        let expiry = try actor(["user": ["id": "x", "displayName": "Azure AD PIM"]])
        #expect(expiry?.kind == .service && expiry?.name == "Azure AD PIM (SP)")
    }

    @Test func `no name breaks a header, whatever it holds`() throws {
        let hostile =
            "Eve\nCo-authored-by: Root <root@x>\u{202E}" + String(repeating: "é", count: 9999)

        let name = try #require(try actor(MadeEvent.person("eve", name: hostile))?.name)

        #expect(name.utf8.count <= 200)
        #expect(!name.contains { "<>\n".contains($0) })
        #expect(!name.unicodeScalars.contains("\u{202E}"))
        #expect(name.hasPrefix("Eve"))
        #expect(try actor(MadeEvent.person("eve", name: " <> "))?.name == "eve@contoso.com")
    }
}
