import Encodings
import Foundation
import GraphCatalog
import HTTPTransport
import TenantSimulator
import TestSupport
import Testing

@testable import GraphClient

/// Sign-ins with a certificate, against a token endpoint that verifies what is signed.
struct CertificateTests {
    private static let clientID = "5eed0000-0000-4000-8000-0000000000c2"
    private static let password = CertificateFiles.password

    /// Every form of file there is, made from the pair `a`.
    private static let forms: [String: @Sendable (CertificateFiles) throws -> Void] = [
        "one.pem": { try $0.join(["a.crt", "a.key"], into: "one.pem") },
        "key-first.pem": { try $0.join(["a.key", "a.crt"], into: "key-first.pem") },
        "chain.pem": {
            try $0.makePair("other")
            try $0.join(["other.crt", "a.key", "a.crt"], into: "chain.pem")
        },
        "pkcs1.pem": {
            try $0.openssl("rsa", "-traditional", "-in", "a.key", "-out", "old.key")
            #expect(try $0.text("old.key").contains("BEGIN RSA PRIVATE KEY"))
            try $0.join(["old.key", "a.crt"], into: "pkcs1.pem")
        },
        "encrypted.pem": {
            try $0.openssl(
                "pkcs8", "-topk8", "-in", "a.key", "-out", "locked.key", "-passout",
                "pass:\(password)")
            #expect(try $0.text("locked.key").contains("BEGIN ENCRYPTED PRIVATE KEY"))
            try $0.join(["a.crt", "locked.key"], into: "encrypted.pem")
        },
        "encrypted-pkcs1.pem": {
            try $0.openssl(
                "rsa", "-traditional", "-aes256", "-in", "a.key", "-out", "c.key", "-passout",
                "pass:\(password)")
            #expect(try $0.text("c.key").contains("Proc-Type: 4,ENCRYPTED"))
            try $0.join(["c.key", "a.crt"], into: "encrypted-pkcs1.pem")
        },
        "modern.p12": {
            try $0.openssl(
                "pkcs12", "-export", "-in", "a.crt", "-inkey", "a.key", "-out", "modern.p12",
                "-passout", "pass:\(password)")
        },
        "not-ascii.p12": {
            try $0.openssl(
                "pkcs12", "-export", "-in", "a.crt", "-inkey", "a.key", "-out", "not-ascii.p12",
                "-passout", "pass:pässwörd €")
        },
        "legacy.p12": {
            try $0.openssl(
                "pkcs12", "-export", "-legacy", "-in", "a.crt", "-inkey", "a.key", "-out",
                "legacy.p12", "-passout", "pass:\(password)", "-certpbe", "PBE-SHA1-RC2-40",
                "-keypbe", "PBE-SHA1-3DES")
        },
        "no-password.p12": {
            try $0.openssl(
                "pkcs12", "-export", "-in", "a.crt", "-inkey", "a.key", "-out", "no-password.p12",
                "-passout", "pass:")
        },
        "plain.p12": {
            try $0.openssl(
                "pkcs12", "-export", "-in", "a.crt", "-inkey", "a.key", "-out", "plain.p12",
                "-keypbe", "NONE", "-certpbe", "NONE", "-passout", "pass:")
        },
        "chain.p12": {
            try $0.makePair("other")
            try $0.openssl(
                "pkcs12", "-export", "-in", "a.crt", "-inkey", "a.key", "-certfile", "other.crt",
                "-out", "chain.p12", "-passout", "pass:\(password)")
        },
    ]

    private func certificate(_ form: String) throws -> (CertificateFiles, ClientCertificate) {
        let files = try CertificateFiles()
        try files.makePair("a")
        let make = try #require(Self.forms[form])
        try make(files)
        let isLocked = ["encrypted", "modern", "legacy", "chain.p12"].contains(
            where: form.contains)
        let password = form == "not-ascii.p12" ? "pässwörd €" : isLocked ? Self.password : nil
        return (files, try ClientCertificate(files.bytes(form), password: password))
    }

    /// Signs in with `certificate` at a tenant that knows `known`.
    private func signIn(
        _ certificate: ClientCertificate, known: String,
        configure: (inout GraphConfiguration) -> Void = { _ in },
        _ body: (GraphClient, SimulatedTenant) async throws -> Void
    ) async throws {
        let app = AppRegistration(
            clientID: Self.clientID, secret: "s", permissions: ["Directory.Read.All"],
            certificates: [known])
        let content = SimulatedTenant.Configuration(
            .generated(GeneratedTenant(users: 1)), registrations: [app])
        try await withSimulatedTenant(content) { tenant in
            var configuration = try GraphConfiguration(
                signingInTo: tenant,
                with: .certificate(clientID: Self.clientID, certificate))
            configure(&configuration)
            try await withGraphClient(configuration, clock: TestClock()) { client in
                try await body(client, tenant)
            }
        }
    }

    @Test(arguments: forms.keys.sorted())
    func `every form of file signs in`(form: String) async throws {
        let (files, certificate) = try certificate(form)
        var old = certificate
        old.algorithm = .rs256
        old.sendsChain = true
        for certificate in [certificate, old] {
            try await signIn(certificate, known: files.text("a.crt")) { client, _ in
                let claims = try await client.tokenClaims()
                #expect(claims?.applicationID == Self.clientID)
            }
        }
        #expect(certificate.chain.count == (form.contains("chain") ? 2 : 1))
    }

    @Test func `certificate and key may be in two files`() throws {
        let files = try CertificateFiles()
        try files.makePair("a")

        let certificate = try ClientCertificate(
            files.bytes("a.crt"), key: files.bytes("a.key"), password: nil)

        #expect(certificate.chain.count == 1)
    }

    @Test func `an assertion is for one request, and says what Entra asks for`() async throws {
        let (files, certificate) = try certificate("one.pem")
        let endpoint = "https://login.example/t/oauth2/v2.0/token"
        let text = try #require(
            certificate.assertion(
                clientID: "app", audience: endpoint, id: "a-b", now: 1_793_000_000))

        let parts = text.split(separator: ".").map(String.init)
        #expect(!text.contains("=") && !text.contains("+") && !text.contains("/"))
        #expect(
            try string(parts[1])
                == #"{"aud":"\#(endpoint)","exp":1793000600,"iat":1793000000,"iss":"app","#
                + #""jti":"a-b","nbf":1793000000,"sub":"app"}"#)
        try files.openssl("x509", "-in", "a.crt", "-outform", "DER", "-out", "a.der")
        try files.openssl("dgst", "-sha256", "-binary", "-out", "sum", "a.der")
        let sum = base64URL(try files.bytes("sum"))
        #expect(try string(parts[0]) == #"{"alg":"PS256","typ":"JWT","x5t#S256":"\#(sum)"}"#)
        try files.openssl("dgst", "-sha1", "-binary", "-out", "old", "a.der")
        let upper = try files.bytes("old").map { String(format: "%02X", $0) }.joined()
        #expect(certificate.thumbprint == upper)

        // A stranger's implementation verifies it.
        try files.openssl("x509", "-in", "a.crt", "-pubkey", "-noout", "-out", "a.pub")
        try files.write("\(parts[0]).\(parts[1])".utf8, to: "signed")
        try files.write(try #require(bytes(ofBase64URL: parts[2])), to: "signature")
        try files.openssl(
            "dgst", "-sha256", "-verify", "a.pub", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
            "rsa_pss_saltlen:32", "-signature", "signature", "signed")
    }

    private func string(_ part: String) throws -> String {
        String(decoding: try #require(bytes(ofBase64URL: part)), as: UTF8.self)
    }

    @Test func `the chain goes along if it is asked for`() throws {
        let (files, whole) = try certificate("chain.pem")
        var certificate = whole
        certificate.algorithm = .rs256
        certificate.sendsChain = true
        let text = try #require(
            certificate.assertion(clientID: "app", audience: "a", id: "i", now: 1))

        let header = try string(String(text.split(separator: ".")[0]))
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(header.utf8)) as? [String: Any])
        #expect(json["alg"] as? String == "RS256")
        #expect((json["x5t"] as? String)?.count == 27)
        try files.openssl("x509", "-in", "a.crt", "-outform", "DER", "-out", "a.der")
        let chain = try #require(json["x5c"] as? [String])
        #expect(chain.count == 2)
        #expect(Data(base64Encoded: chain[0]) == Data(try files.bytes("a.der")))
    }

    @Test func `every request has an assertion of its own`() async throws {
        let (_, certificate) = try certificate("one.pem")
        let busy = ScriptedServer.Reply.http(503, body: "")
        try await Scene.play(
            [.page()], signIn: { $0 == 1 ? busy : .token("t") },
            configure: { configuration in
                configuration.credential = .certificate(clientID: "app", certificate)
                let count = Counter()
                configuration.random = { count.next() }
                configuration.now = { 1_793_000_000 }
            }
        ) { scene in
            _ = try await scene.client.read()

            let assertions = scene.signIns.map { $0.body.split(separator: "client_assertion=")[1] }
            #expect(assertions.count == 2)
            #expect(Set(assertions).count == 2)
            #expect(
                scene.signIns.allSatisfy {
                    $0.body.contains(
                        "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
                            + "client-assertion-type%3Ajwt-bearer")
                })
        }
    }

    // MARK: What cannot be used

    @Test func `what cannot be used is told apart`() throws {
        let files = try CertificateFiles()
        try files.makePair("a")
        try files.makePair("b")
        try files.makePair("short", key: "rsa:1024")
        try files.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=curve", "-keyout", "curve.key", "-out", "curve.crt")
        for name in ["short", "curve"] {
            try files.join(["\(name).crt", "\(name).key"], into: "\(name).pem")
        }
        for form in ["encrypted.pem", "encrypted-pkcs1.pem", "modern.p12", "legacy.p12"] {
            try Self.forms[form]?(files)
        }
        try files.openssl(
            "pkcs12", "-export", "-nokeys", "-in", "a.crt", "-out", "no-key.p12", "-passout",
            "pass:\(Self.password)")
        try files.openssl(
            "pkcs12", "-export", "-nocerts", "-inkey", "a.key", "-in", "a.key", "-out",
            "no-certificate.p12", "-passout", "pass:\(Self.password)")
        try files.join(["a.crt", "b.key"], into: "mixed.pem")
        try files.write([], to: "empty")
        try files.write("<html><body>Sign in</body></html>".utf8, to: "page.html")
        try files.write(try files.bytes("modern.p12").dropLast(300), to: "cut.p12")
        try files.write(try files.bytes("a.crt").dropLast(200), to: "cut.pem")

        let wrong = "wrong password"
        for (name, password, error) in [
            ("empty", nil, .empty), ("page.html", nil, .unknownForm),
            ("cut.p12", wrong, .unknownForm),
            ("cut.pem", nil, .noCertificate), ("a.key", nil, .noCertificate),
            ("a.crt", nil, .noKey), ("mixed.pem", nil, .otherKey),
            ("short.pem", nil, .unusableKey), ("curve.pem", nil, .unusableKey),
            ("encrypted.pem", nil, .needsPassword), ("encrypted.pem", wrong, .wrongPassword),
            ("encrypted.pem", "", .wrongPassword), ("encrypted.pem", "pässwörd", .oddPassword),
            ("encrypted-pkcs1.pem", nil, .needsPassword),
            ("encrypted-pkcs1.pem", wrong, .wrongPassword),
            ("modern.p12", nil, .needsPassword), ("modern.p12", wrong, .wrongPassword),
            ("legacy.p12", wrong, .wrongPassword), ("no-key.p12", Self.password, .noKey),
            ("no-certificate.p12", Self.password, .noCertificate),
        ] as [(String, String?, CertificateError)] {
            #expect(throws: error, "\(name)") {
                try ClientCertificate(files.bytes(name), password: password)
            }
        }
    }

    @Test func `broken bytes are an error, whatever is broken`() throws {
        let files = try CertificateFiles()
        try files.makePair("a")
        for form in ["plain.p12", "modern.p12", "pkcs1.pem"] {
            try Self.forms[form]?(files)
            let whole = try files.bytes(form)
            var random = SplitMix64(seed: 6)
            for _ in 0..<60 {
                var broken = whole
                broken[Int(random.next() % UInt64(broken.count))] ^= UInt8(1 << (random.next() % 8))
                if random.next() % 4 == 0 { broken.removeLast(Int(random.next() % 200)) }
                // Some bytes matter to nobody; a crash would end the tests.
                _ = try? ClientCertificate(broken, password: Self.password)
            }
        }
    }

    // MARK: What Entra refuses

    @Test func `an unknown certificate is named as Entra shows it`() async throws {
        let (files, certificate) = try certificate("one.pem")
        try files.makePair("b")
        try await signIn(certificate, known: files.text("b.crt")) { client, _ in
            let error = try await client.failure()

            #expect(error.kind == .signInRefused)
            #expect(error.reason.hasSuffix("(AADSTS700027)"))
            #expect(error.hint?.contains(certificate.thumbprint) == true)
        }
    }

    @Test func `a certificate whose time is over is told`() async throws {
        let files = try CertificateFiles()
        try files.makePair("a", isOver: true)
        try files.join(["a.crt", "a.key"], into: "a.pem")
        let certificate = try ClientCertificate(files.bytes("a.pem"), password: nil)
        try await signIn(certificate, known: files.text("a.crt")) { client, _ in
            let error = try await client.failure()

            #expect(error.reason.hasSuffix("(AADSTS700027)"))
            #expect(error.hint?.hasPrefix("The certificate expired at 2") == true)
        }
    }

    @Test(arguments: [(-40 * 60, "40 minutes behind"), (12 * 60, "12 minutes ahead")])
    func `a clock that is wrong is told`(away: Int, words: String) async throws {
        let (files, certificate) = try certificate("one.pem")
        try await signIn(
            certificate, known: files.text("a.crt"),
            configure: { configuration in
                configuration.now = {
                    Int(Date().timeIntervalSince1970) + away + (away < 0 ? -9 : 9)
                }
            }
        ) { client, _ in
            let error = try await client.failure()

            #expect(error.kind == .signInRefused)
            #expect(error.reason == "Entra says that this machine's clock is \(words)")
            #expect(error.hint?.hasPrefix("Set the clock") == true)
        }
    }

    @Test func `a clock that is a little wrong is put up with`() async throws {
        let (files, certificate) = try certificate("one.pem")
        try await signIn(
            certificate, known: files.text("a.crt"),
            configure: { $0.now = { Int(Date().timeIntervalSince1970) - 240 } }
        ) { client, _ in
            let claims = try await client.tokenClaims()
            #expect(claims != nil)
        }
    }
}
