/// Made-up secrets of every kind that is known by its looks. They are put together here, so that no
/// scanner of repositories takes this file for a leak.
enum SecretSamples {
    private static func random(_ count: Int, _ alphabet: String = "Zq4wE7rt9uB2xM5v") -> String {
        let letters = Array(alphabet)
        return String((0..<count).map { letters[($0 * $0 + $0 / 3) % letters.count] })
    }

    private static let dashes = String(repeating: "-", count: 5)
    private static let body = random(64)

    private static func armoured(_ kind: String) -> String {
        "\(dashes)BEGIN \(kind)\(dashes)\n\(body)\n\(dashes)END \(kind)\(dashes)"
    }

    /// Found wherever they stand.
    static let all: [(kind: String, text: String)] = [
        ("token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln"),
        ("unsigned token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."),
        ("token of another spelling", "eyJ0eXAiOiJKV1QifQ.ewogICJzdWIiOiAiMSIKfQ.\(random(20))"),
        (
            "encrypted token",
            "eyJhbGciOiJSU0EtT0FFUCJ9.\(random(40)).\(random(16)).\(random(30)).\(random(22))"
        ),
        ("PKCS#8", armoured("PRIVATE KEY")), ("PKCS#1", armoured("RSA PRIVATE KEY")),
        ("SEC 1", armoured("EC PRIVATE KEY")), ("DSA", armoured("DSA PRIVATE KEY")),
        ("encrypted PKCS#8", armoured("ENCRYPTED PRIVATE KEY")),
        ("OpenSSH", armoured("OPENSSH PRIVATE KEY")), ("PGP", armoured("PGP PRIVATE KEY BLOCK")),
        ("lines of Windows", armoured("PRIVATE KEY").replacing("\n", with: "\r\n")),
        ("escaped lines", armoured("PRIVATE KEY").replacing("\n", with: "\\n")),
        ("one line", armoured("RSA PRIVATE KEY").replacing("\n", with: " ")),
        ("in an address", armoured("PRIVATE KEY").replacing(" ", with: "+")),
        ("encoded", armoured("PRIVATE KEY").replacing(" ", with: "%20")),
        ("SSH2", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n\(body)"),
        ("PuTTY", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none"),
        ("armour in Base64", "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUV2UUlCQURBTkJn"),
        (
            "RSA armour in Base64",
            "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFcEFJQkFB"
        ),
        ("DER of PKCS#8, RSA", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCB\(body)"),
        ("DER of PKCS#1", "MIIEpAIBAAKCAQEA\(body)"), ("DER of PKCS#1, long", "MIIJKQIBAAKCAgEA"),
        ("DER of PKCS#8, P-256", "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\(body)"),
        ("DER of PKCS#8, P-384", "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBD\(body)"),
        ("DER of SEC 1", "MHcCAQEEI\(body)"),
        ("DER of Ed25519", "MC4CAQAwBQYDK2VwBCIE\(random(44))"),
        ("encrypted DER", "MIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0BBQwwHAQI\(body)"),
        ("PKCS#12", "MIIKAgIBAzCCCbwGCSqGSIb3DQEHAaCCCa0EggmpMIIJ\(body)"),
        ("OpenSSH's bytes", "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\(body)"),
        ("signed address", "https://a.blob.core.windows.net/c?sv=1&sig=abc%3D"),
        ("signed address, expiry only", "https://x/?sp=r&se=2026-01-01T00:00Z"),
        ("signed address in XML", "https://x/?sv=1&amp;sig=abc"),
        ("signed address in another", "https://x/?to=https%3A%2F%2Fy%2F%3Fsv%3D1%26sig%3Dabcdefgh"),
        ("account", "AccountName=a;AccountKey=abc;EndpointSuffix=core.windows.net"),
        ("account at the start", "AccountKey=abc123defg"),
        ("bus", "Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=abc"),
        ("database", "Server=tcp:x;User ID=a;Password=hunter2;"),
        ("database, short", "Uid=a;Pwd=b"),
        ("form", "grant_type=client_credentials&client_secret=abc&scope=x"),
        ("fragment", "https://x/#access_token=abc&token_type=bearer"),
        ("key of a function", "https://x.azurewebsites.net/api/f?code=\(random(54))=="),
        (
            "AWS address",
            "https://s3/x?X-Amz-Credential=a&X-Amz-Signature=\(random(64, "0123abcdef"))"
        ),
        ("PowerShell", "$clientSecret = 'hunter2'"), ("shell", "export PASSWORD=\"hunter2\""),
        ("JSON", #"{"a":1,"password":"hunter2"}"#), ("spaced JSON", #"{ "apiKey" : "hunter2" }"#),
        ("JSON in JSON", #"{"a":"{\"clientSecret\":\"hunter2\"}"}"#),
        ("client secret", "abc" + "8Q" + "~" + random(34)),
        ("another client secret", "A.~" + "7Q" + "~" + random(31) + "-_."),
        ("storage key", random(76) + "+ASt" + random(5) + "A=="),
        ("bus key", random(33) + "+ASb" + random(6) + "="),
        ("GitHub", "gh" + "p_" + random(36)), ("GitHub server", "gh" + "s_" + random(36)),
        ("GitHub, fine-grained", "github" + "_pat_" + random(22) + "_" + random(59)),
        ("AWS", "AKI" + "AIOSFODNN7EXAMPLE"), ("Stripe", "sk" + "_live_" + random(24)),
        ("npm", "npm" + "_" + random(36)),
        ("Slack", "xo" + "xb-123456789012-1234567890123-" + random(24)),
        ("Slack's hook", "https://hooks.slack" + ".com/services/T00000000/B00000000/" + random(24)),
        ("Google, in an address", "https://maps.example/v1?client=AI" + "za" + random(35)),
        ("recovery key", "123456-234567-345678-456789-567890-678901-789012-890123"),
    ]

    /// Not secrets, however much like one.
    static let harmless: [String] = [
        "00000003-0000-0000-c000-000000000000", "S-1-12-1-753666231-967782497-668847509-983191463",
        "lAPpYvVpN0KRkAEhdxReEJC2sEqbR_9Hr48lds9SGHI-1-e", "gWngnNDTlkyDnDbAVmm6nOHpRqz8cEdPrhd7",
        "W/\"JzEtVXNlcjQ2NjM4NjM2Jw==\"", "W/\"datetime'2026-01-01T00%3A00%3A00.0000000Z'\"",
        "3F7B8A6C5D4E3F2A1B0C9D8E7F6A5B4C3D2E1F0A", "P3uKbF1OPyobDJ2Of2pbTD0uHwo=",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "MIIDBTCCAe2gAwIBAgIQNQb+T2ncIrNA6cKvUA1GWTANBgkqhkiG9w0BAQsFADAtMSswKQYDVQQDEyJhY2Nv",
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzJTKTJTKzJTKTJTKzJTKTJTKzJTKTJTK",
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzJTKTJTKzJTKTJTKzJTKTJTKzJTKTJTKzJTKTJTKzJTKTJTKzJTK",
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURCVENDQWUyZ0F3SUJBZ0lRTlFi",
        "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUlJQklqQU5CZ2txaGtpRzl3MEJBUUVG",
        "-----BEGIN CERTIFICATE-----\nMIIDBTCCAe2gAwIBAgIQ\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkq\n-----END PUBLIC KEY-----",
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 adele@contoso.com",
        "CN=Adele Vance,OU=Users,OU=Keys,DC=contoso,DC=com", "Kiosk_Jobs_FORM=K12~Jan",
        "https://login.microsoftonline.com/common/oauth2?client_id=abc&response_type=code",
        "https://contoso.com/login?code=1234&state=5", "https://x/?token={token}&password=<value>",
        "https://x/?sig=", "https://x/?design=1&se=abc&course=2026-01-01", "sig=&password=",
        "Set password=*** when asked", "The password is in the vault", "A token: see the wiki",
        "user.department -eq \"Sales\" -and user.jobTitle -contains \"Key\"",
        "(user.passwordPolicies -contains \"DisablePasswordExpiration\") -or (user.x -eq \"JK=_~\")",
        "extension_ab603c56068041afb2f6832e2a17e237_skypeId", "gh" + "p_tooshort",
        "npm_config_cache",
        "AKI" + "ALONGERWORDTHANANYKEYIS", "SK_LIVE_", "abc8Q~short",
        "xoxo-greetings-from-everybody",
        "https://contoso.com/services/TravelBookingAndExpensesOfEverybodyInTheCompany/2026/Form1",
        "123456-234567-345678", "eyJhbGciOiJub25lIn0", "eyJh.abc.def", "eyJ.config.file.name",
        #"{"password":null,"token":"","type":"object"}"#, #"{"properties":{"name":"password"}}"#,
        #"c:[Type == "http://schemas.xmlsoap.org/claims/UPN"] => issue(Type = "x", Value = c.Value);"#,
    ]
}
