import CanonicalJSON
import Testing

struct SecretTests {
    private func page(_ item: String) throws -> (text: String, withheld: Int) {
        let page = try CanonicalPage(Array(item.utf8), .object, by: CanonicalRules())
        return (String(decoding: page.bytes, as: UTF8.self), page.withheld)
    }

    @Test(arguments: [
        #"{"secretText":"abc"}"#, #"{"a":[{"b":{"PASSWORD":"abc"}}]}"#,
        #"{"passwordProfile":{"password":"abc","forceChangePasswordNextSignIn":true}}"#,
        #"{"passwordBase64":"abc"}"#, #"{"clientSecret":"abc"}"#, #"{"secretKey":"abc"}"#,
        #"{"privateKey":"abc"}"#, #"{"apiToken":"abc"}"#, #"{"accessToken":"abc"}"#,
        #"{"clientToken":"abc"}"#, #"{"serverToken":"abc"}"#, #"{"productKey":"abc"}"#,
        #"{"activationLockBypassCode":"abc"}"#, #"{"azureStorageUri":"abc"}"#,
        #"{"adDomainPassword":"abc"}"#, #"{"token":"abc"}"#, #"{"temporaryAccessPass":"abc"}"#,
        #"{"preSharedKey":"abc"}"#, #"{"defaultPassword":"abc"}"#, #"{"azureBlobToken":"abc"}"#,
        #"{"\u0070assword":"\u0061bc"}"#, #"{"token":[["abc"]]}"#, #"{"password":123}"#,
        #"{"passwordCredentials":[{"hint":"abc","keyId":"1","secretText":null}]}"#,
        #"{"keyCredentials":[{"key":"abc","type":"AsymmetricX509Cert"}]}"#,
        #"{"keyCredentials":[[{"key":"abc"}]]}"#, #"{"keyCredential":{"key":"abc"}}"#,
        #"{"secrets":[{"key":"BaseAddress","value":"abc"}]}"#, #"{"recoveryKeys":[{"key":"abc"}]}"#,
        #"{"pkcs12Value":"abc"}"#, #"{"refreshToken":"abc"}"#, #"{"connectionString":"abc"}"#,
        #"{"basicAuthentication":{"username":"u","password":"abc"}}"#,
        #"{"oidcClientSecretAuthentication":{"clientSecret":"abc"}}"#,
        #"{"deviceLocalCredential":{"credentials":[{"accountName":"n","passwordBase64":"abc"}]}}"#,
    ])
    func `text under a secret's name is withheld`(item: String) throws {
        let (text, withheld) = try page(item)

        #expect(withheld == 1)
        #expect(
            text.contains(": \"[secret withheld]\"") || text.contains("  \"[secret withheld]\""))
        #expect(!text.contains("abc") && !text.contains("123"))
    }

    @Test(arguments: [
        #"{"secretText":null,"password":null,"token":true}"#,
        #"{"passwordPolicies":"DisablePasswordExpiration","passwordCredentials":[]}"#,
        #"{"passwordCredentials":[{"displayName":"a","keyId":"b","customKeyIdentifier":"c"}]}"#,
        #"{"keyCredentials":[{"customKeyIdentifier":"AA==","keyId":"b","usage":"Verify"}]}"#,
        #"{"metadata":[{"key":"name","value":"v"}],"key":"k","hint":"h","value":"w"}"#,
        #"{"passwordCredentials":[{"key":"k","inner":{"hint":"h"}}],"hint":"h"}"#,
        #"{"keyCredentials":[{"hint":"h","nested":{"key":"k"}}]}"#,
        #"{"optionalClaims":{"accessToken":[{"name":"email","essential":false}],"idToken":[]}}"#,
        #"{"passwordSingleSignOnSettings":{"fields":[]},"lastPasswordChangeDateTime":"2026"}"#,
        #"{"tokenEncryptionKeyId":"a","accessTokenAcceptedVersion":2,"passwordMode":"x"}"#,
        #"{"signingCertificate":"MIIC","certificate":"MIIC"}"#,
    ])
    func `harmless settings stay`(item: String) throws {
        let (text, withheld) = try page(item)

        #expect(withheld == 0)
        #expect(
            text
                == (try PythonOracle.canonicalized([Array(item.utf8)])[0]).map {
                    String(decoding: $0, as: UTF8.self)
                })
    }

    @Test(arguments: [
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", "eyJh.eyJz.", "Bearer eyJh.eyJz.x and more",
        "token=eyJh.eyJz.x", "-----BEGIN PRIVATE KEY-----\\nMII", "-----BEGIN RSA PRIVATE KEY-----",
        "x -----BEGIN ENCRYPTED PRIVATE KEY-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----",
        "-----END EC PRIVATE KEY-----", "https://a.blob.core.windows.net/c?sv=1&sig=abc%3D",
        "https://x/?sig=a", "sig=abc", "sv=2020&se=2026-01-01T00:00Z&sp=r", "?se=2026-01",
        "eyJh.\\u0065yJz.x", "https:\\/\\/x\\/?sig=a", "1234567eyJh.eyJz.1234567",
    ])
    func `text that looks like a secret is withheld`(text: String) throws {
        for item in [#"{"a":"\#(text)"}"#, #"{"a":["é \#(text)"]}"#] where !item.contains("é sig") {
            guard !item.contains("é sv=") else { continue }
            let (written, withheld) = try page(item)

            #expect(withheld == 1)
            #expect(written.contains("[secret withheld]"))
        }
    }

    @Test(arguments: [
        "eyJh", "eyJh.eyJz", "eyJh.abc.def", "x.eyJz.y", "a.eyJ.b", "BEGIN PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----", "PRIVATE KEY", "https://x/?design=1", "https://x/?sig=",
        "?sig=&a=1", "https://x/?se=abc", "orig=5", "https://x/?course=2026-01", "MKJ=JK=", "=",
        "sig=",
        "a=b&base=2026-01-01", "JJJJJJJJKKKKKKKK========", "KEY-----",
    ])
    func `text that only resembles a secret stays`(text: String) throws {
        let (written, withheld) = try page(#"{"a":"\#(text)"}"#)

        #expect(withheld == 0)
        #expect(written == "{\n  \"a\": \"\(text)\"\n}\n")
    }

    @Test(arguments: [
        ("webhookSecret", "q7Zx91LmPw03TtVv"), ("SHAREDKEYS", "0f9e8d7c6b5a40312233445566778899"),
        ("bootstrapToken", "A1b2C3d4E5f6G7h8I9j0"), ("adminPasswordHash", "$2b$12$KIXQ1abcdefg"),
    ])
    func `a random text under a suspicious name is withheld`(name: String, value: String) throws {
        for item in [
            #"{"\#(name)":"\#(value)"}"#, #"{"x":[{"\#(name)":["\#(value)"]}]}"#,
            #"{"password":{"inner":{"x":"\#(value)"}}}"#, #"{"a":"{\"\#(name)\":\"\#(value)\"}"}"#,
        ] {
            let (written, withheld) = try page(item)

            #expect(withheld == 1, "\(item)")
            #expect(!written.contains(value))
        }
        #expect(try page(#"{"description":"\#(value)"}"#).withheld == 0)
    }

    @Test(arguments: [
        #"{"tokenEncryptionKeyId":"6c0cf4a1-0000-4a3b-8c1d-1234567890ab"}"#,
        #"{"someToken":"6c0cf4a1-0000-4a3b-8c1d-1234567890ab"}"#,
        #"{"preferredTokenSigningKeyThumbprint":"3F7B8A6C5D4E3F2A1B0C9D8E7F6A5B4C3D2E1F0A"}"#,
        #"{"tokenEndpoint":"https://login.example/6c0cf4a1/oauth2/v2.0/token"}"#,
        #"{"passwordPolicies":"DisablePasswordExpiration,DisableStrongPassword"}"#,
        #"{"lastPasswordChange":"2026-01-01T00:00:00.1234567Z","passwordMode":"generate2"}"#,
        #"{"credentialTypes":["x509CertificateMultiFactor"],"secretNote":"words, and 1 number"}"#,
        #"{"optionalClaims":{"accessToken":[{"name":"extension_ab603c56068041afb2f6_x"}]}}"#,
        #"{"keyCredentials":[{"customKeyIdentifier":"P3uKbF1OPyobDJ2Of2pbTD0uHwo="}]}"#,
    ])
    func `what is public under a suspicious name stays`(item: String) throws {
        #expect(try page(item).withheld == 0)
    }

    @Test func `what is dropped is not counted, and sets count once`() throws {
        let rules = CanonicalRules(volatile: ["v"], sets: ["s"])
        let item = #"{"v":{"password":"a"},"@odata.x":{"password":"b"},"s":[{"password":"c"},1]}"#

        let page = try CanonicalPage(Array(item.utf8), .object, by: rules)

        #expect(page.withheld == 1)
    }

    @Test func `a value parsed for reading keeps its secrets`() throws {
        let answer = try JSONValue(parsing: Array(#"{"access_token":"eyJh.eyJz.x"}"#.utf8))

        #expect(answer["access_token"]?.string == "eyJh.eyJz.x")
    }
}
