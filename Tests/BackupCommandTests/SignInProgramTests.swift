import Foundation
import TenantSimulator
import TestSupport
import Testing

/// The program, signing in each way there is, rightly and wrongly.
struct SignInProgramTests {
    private static let clientID = "5eed0000-0000-4000-8000-0000000000c2"
    private static let password = CertificateFiles.password

    /// The program, a tenant that trusts whom it should, and the files of a certificate.
    private struct Scene {
        let run: EndToEnd
        let files: CertificateFiles

        /// What every sign-in as an application needs.
        var application: [String: String] {
            [
                "AZURE_TENANT_ID": run.tenant.tenantID, "AZURE_CLIENT_ID": clientID,
                "AZURE_AUTHORITY_HOST": run.tenant.authority,
                "TENANTKEEP_GRAPH_ENDPOINT": run.tenant.graph,
                "TENANTKEEP_ARM_ENDPOINT": run.tenant.arm,
            ]
        }

        var app: AppRegistration { run.tenant.apps[1] }

        func federatedToken(
            issuer: String = cluster, subject: String = account,
            audience: String = "api://AzureADTokenExchange", life: Double = 600
        ) -> String {
            run.tenant.federatedToken(
                issuer: issuer, subject: subject, audience: audience, life: life)
        }

        /// Writes a file, and returns its path.
        func file(_ name: String, _ text: String) throws -> String {
            try files.write(text.utf8, to: name)
            return files.path(name)
        }
    }

    private static let cluster = "https://cluster.example/"
    private static let account = "system:serviceaccount:backup:tenantkeep"

    private func play(_ body: @Sendable (Scene) async throws -> Void) async throws {
        let files = try CertificateFiles()
        for name in ["a", "b"] { try files.makePair(name) }
        try files.makePair("old", isOver: true)
        for (certificate, key) in [("a", "a"), ("b", "b"), ("old", "old"), ("a", "b")] {
            try files.join(
                ["\(certificate).crt", "\(key).key"], into: "\(certificate)\(key).pem")
        }
        try files.openssl(
            "pkcs12", "-export", "-in", "a.crt", "-inkey", "a.key", "-out", "a.p12", "-passout",
            "pass:\(Self.password)")
        var app = AppRegistration(
            clientID: Self.clientID, secret: "simulated-own-secret",
            permissions: ["Directory.Read.All", "Policy.Read.All", "AuditLog.Read.All"],
            certificates: [try files.text("a.crt"), try files.text("old.crt")],
            federatedCredentials: [
                .init(issuer: Platform().pipelineIssuer, subject: Platform().pipelineSubject),
                .init(issuer: Platform().gitHubIssuer, subject: Platform().gitHubSubject),
                .init(issuer: Self.cluster, subject: Self.account),
            ])
        app.managedIdentity = .system
        let content = SimulatedTenant.Configuration(
            .generated(GeneratedTenant(users: 3)), registrations: [app])
        try await withSimulatedTenant(content) { tenant in
            try await body(Scene(run: EndToEnd(tenant), files: files))
        }
    }

    /// What nobody may ever read: secrets as they are set, and everything that looks like a token.
    private func expectNoSecret(
        in text: String, _ environment: [String: String], _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let names = [
            "SECRET", "PASSWORD", "TOKEN", "HEADER",
        ]
        let plain = ["_PATH", "_FILE", "_URL"]
        for (name, value) in environment
        where names.contains(where: name.contains) && !plain.contains(where: name.hasSuffix)
            && value.count > 3
        {
            #expect(
                !text.contains(value), "\(name) is in \(what)", sourceLocation: sourceLocation)
        }
        #expect(
            text.firstMatch(of: /eyJ[A-Za-z0-9_-]{10,}/) == nil, "A token is in \(what)",
            sourceLocation: sourceLocation)
        #expect(!text.contains("PRIVATE KEY"), sourceLocation: sourceLocation)
    }

    private func backUp(
        _ scene: Scene, _ environment: [String: String], into repository: String = "tenant.git"
    ) async throws -> Program.Ending {
        var environment = environment
        environment["TENANTKEEP_TYPE"] = "users"
        environment["TENANTKEEP_REPO"] = repository
        return try await scene.run.program.run(["backup", "--verbose"], environment: environment)
    }

    // MARK: What works

    /// Each way: what is set for it, and how the program says it.
    private static let ways:
        [String: @Sendable (Scene) throws -> (added: [String: String], words: String)] = [
            "secret": { _ in
                (["AZURE_CLIENT_SECRET": "simulated-own-secret"], "a client secret of \(clientID)")
            },
            "certificate": {
                (
                    ["AZURE_CLIENT_CERTIFICATE_PATH": $0.files.path("aa.pem")],
                    "a certificate of \(clientID)"
                )
            },
            "certificate in two files": {
                (
                    [
                        "AZURE_CLIENT_CERTIFICATE_PATH": $0.files.path("a.crt"),
                        "AZURE_CLIENT_CERTIFICATE_KEY_PATH": $0.files.path("a.key"),
                    ], "a certificate of \(clientID)"
                )
            },
            "certificate with a password": {
                (
                    [
                        "AZURE_CLIENT_CERTIFICATE_PATH": $0.files.path("a.p12"),
                        "AZURE_CLIENT_CERTIFICATE_PASSWORD": password,
                    ], "a certificate of \(clientID)"
                )
            },
            "certificate for an old authority": {
                (
                    [
                        "AZURE_CLIENT_CERTIFICATE_PATH": $0.files.path("aa.pem"),
                        "AZURE_CLIENT_CERTIFICATE_ALGORITHM": "RS256",
                        "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN": "true",
                    ], "a certificate of \(clientID)"
                )
            },
            "workload-identity": {
                let path = try $0.file("token", "\($0.federatedToken())\n")
                return (
                    ["AZURE_FEDERATED_TOKEN_FILE": path],
                    "the federated token in \(path), as \(clientID)"
                )
            },
            "azure-pipelines": {
                (
                    $0.run.tenant.variables(of: .pipelines),
                    "a federated token of this pipeline, as \(clientID)"
                )
            },
            "github-actions": {
                (
                    $0.run.tenant.variables(of: .github),
                    "a federated token of this workflow, as \(clientID)"
                )
            },
            "managed-identity": {
                (
                    $0.run.tenant.variables(of: .appService),
                    "the managed identity \(clientID) (App Service)"
                )
            },
            "token": {
                (["AZURE_ACCESS_TOKEN": $0.run.tenant.token(of: $0.app)], "a ready access token")
            },
        ]

    @Test func `every way to sign in backs up the same tenant, and says its name only`()
        async throws
    {
        try await play { scene in
            for name in Self.ways.keys.sorted() {
                let way = try #require(Self.ways[name])
                let (added, words) = try way(scene)
                let environment = scene.application.merging(added) { $1 }

                let ending = try await backUp(scene, environment)

                #expect(ending.status == 0, "\(name): \(ending.messages)")
                #expect(ending.messages.contains("Signing in with \(words)"), "\(name)")
                expectNoSecret(in: ending.output + ending.messages, environment, name)
            }
            let objects = try scene.run.git(
                "--git-dir=tenant.git", "cat-file", "--batch", "--batch-all-objects")
            #expect(objects.firstMatch(of: /eyJ[A-Za-z0-9_-]{10,}/) == nil)
            #expect(!objects.contains("simulated-own-secret"))
            let runs = try scene.run.git("--git-dir=tenant.git", "rev-list", "refs/tenantkeep/runs")
            #expect(runs.split(separator: "\n").count == Self.ways.count)
        }
    }

    @Test func `an identity without a tenant's ID brings its own`() async throws {
        try await play { scene in
            for way in ["managed-identity", "token"] {
                let set = try #require(Self.ways[way])
                let (added, _) = try set(scene)
                var environment = scene.application.merging(added) { $1 }
                environment["AZURE_TENANT_ID"] = nil

                let ending = try await backUp(scene, environment)

                #expect(ending.status == 0, "\(ending.messages)")
            }
            let record = try scene.run.git(
                "--git-dir=tenant.git", "show", "refs/tenantkeep/runs:run.json")
            #expect(record.contains(scene.run.tenant.tenantID))
        }
    }

    @Test func `the way that is named wins over the one that comes first`() async throws {
        try await play { scene in
            let environment = scene.application.merging([
                "AZURE_CLIENT_SECRET": "wrong-secret", "TENANTKEEP_AUTH": "certificate",
                "AZURE_CLIENT_CERTIFICATE_PATH": scene.files.path("aa.pem"),
            ]) { $1 }
            let named = try await backUp(scene, environment)
            let first = try await backUp(
                scene, environment.merging(["TENANTKEEP_AUTH": "auto"]) { $1 })

            #expect(named.status == 0)
            // A way that fails is not followed by the next.
            #expect(first.status == 6)
            #expect(first.messages.contains("AADSTS7000215"))
        }
    }

    // MARK: What does not

    /// One way to get it wrong.
    private struct Mistake: Sendable {
        let name: String
        let status: Int32
        /// Of the error, and of the hint below it.
        let words: [String]
        let prepare: @Sendable (Scene) throws -> [String: String]
        var fault: (effect: Fault.Effect, path: String)?
        var change: @Sendable (SimulatedTenant) -> Void = { _ in }
    }

    private static func mistake(
        _ name: String, _ status: Int32, _ words: String..., fault: Fault.Effect? = nil,
        at path: String = "token", change: @escaping @Sendable (SimulatedTenant) -> Void = { _ in },
        set prepare: @escaping @Sendable (Scene) throws -> [String: String]
    ) -> Mistake {
        Mistake(
            name: name, status: status, words: words, prepare: prepare,
            fault: fault.map { ($0, path) }, change: change)
    }

    private static func way(
        _ name: String, _ changes: [String: String] = [:]
    ) -> @Sendable (Scene) throws -> [String: String] {
        { scene in
            try (ways[name]?(scene).added ?? [:]).merging(changes) { $1 }
        }
    }

    private static let secretMistakes = [
        mistake(
            "wrong secret", 6, "refused the sign-in of application", "AADSTS7000215",
            "Use the secret's value"
        ) { _ in ["AZURE_CLIENT_SECRET": "wrong-secret"] },
        mistake(
            "expired secret", 6, "AADSTS7000222", "Create a new one",
            change: { $0.expireSecret() }
        ) {
            [
                "AZURE_CLIENT_SECRET": $0.run.tenant.app.secret,
                "AZURE_CLIENT_ID": $0.run.tenant.app.clientID,
            ]
        },
        mistake("missing secret file", 2, "AZURE_CLIENT_SECRET_FILE", "No such file") { _ in
            ["AZURE_CLIENT_SECRET_FILE": "/no/such"]
        },
        mistake("a folder for a secret", 2, "Is a directory") {
            ["AZURE_CLIENT_SECRET_FILE": $0.files.folder]
        },
        mistake("empty secret file", 2, "is empty") {
            ["AZURE_CLIENT_SECRET_FILE": try $0.file("empty", "")]
        },
        mistake("unknown application", 6, "AADSTS700016", "not in this tenant") { _ in
            [
                "AZURE_CLIENT_SECRET": "simulated-own-secret",
                "AZURE_CLIENT_ID": "5eed0000-0000-4000-8000-0000000000ff",
            ]
        },
        mistake("unknown tenant", 6, "AADSTS90002", "no such tenant") { _ in
            [
                "AZURE_CLIENT_SECRET": "simulated-own-secret",
                "AZURE_TENANT_ID": "11111111-2222-3333-4444-555555555555",
            ]
        },
        mistake(
            "HTML from Entra", 6, "Entra answered 200 without what was asked for", "HTTPS_PROXY",
            fault: .html(status: 200), set: way("secret")),
        mistake(
            "302 from Entra", 6, "Entra answered 302", "HTTPS_PROXY", fault: .signInPage,
            set: way("secret")),
    ]

    private static let certificateMistakes = [
        mistake("unknown certificate", 6, "AADSTS700027", "thumbprint", "Upload it") {
            ["AZURE_CLIENT_CERTIFICATE_PATH": $0.files.path("bb.pem")]
        },
        mistake("expired certificate", 6, "AADSTS700027", "The certificate expired at 2") {
            ["AZURE_CLIENT_CERTIFICATE_PATH": $0.files.path("oldold.pem")]
        },
        mistake("key of another certificate", 2, "holds no certificate of the private key") {
            ["AZURE_CLIENT_CERTIFICATE_PATH": $0.files.path("ab.pem")]
        },
        mistake("no key", 2, "holds no private key", "AZURE_CLIENT_CERTIFICATE_KEY_PATH") {
            ["AZURE_CLIENT_CERTIFICATE_PATH": $0.files.path("a.crt")]
        },
        mistake(
            "wrong password", 2, "cannot be opened with the password",
            set: way(
                "certificate with a password",
                ["AZURE_CLIENT_CERTIFICATE_PASSWORD": "wrong-password"])),
        mistake("no password", 2, "is encrypted, and no password is set") {
            ["AZURE_CLIENT_CERTIFICATE_PATH": $0.files.path("a.p12")]
        },
        mistake("missing certificate", 2, "No such file") { _ in
            ["AZURE_CLIENT_CERTIFICATE_PATH": "/no/such.pem"]
        },
        mistake("empty certificate", 2, "is empty") {
            ["AZURE_CLIENT_CERTIFICATE_PATH": try $0.file("empty.pem", "")]
        },
        mistake("page instead of a certificate", 2, "is neither PEM nor PKCS#12") {
            ["AZURE_CLIENT_CERTIFICATE_PATH": try $0.file("page", "<html></html>")]
        },
        mistake(
            "no such algorithm", 2, "there is no algorithm HS256", "PS256",
            set: way("certificate", ["AZURE_CLIENT_CERTIFICATE_ALGORITHM": "HS256"])),
    ]

    private static func tokenFile(
        _ text: @escaping @Sendable (Scene) -> String
    ) -> @Sendable (Scene) throws -> [String: String] {
        { ["AZURE_FEDERATED_TOKEN_FILE": try $0.file("federated", text($0))] }
    }

    private static let federationMistakes = [
        mistake(
            "expired federated token", 6, "AADSTS700024", "The federated token expired at 2",
            set: tokenFile { $0.federatedToken(life: -900) }),
        mistake(
            "wrong audience", 6, "AADSTS700212", "the audience api://Other",
            set: tokenFile { $0.federatedToken(audience: "api://Other") }),
        mistake(
            "wrong subject", 6, "AADSTS700213", "the subject somebody",
            set: tokenFile { $0.federatedToken(subject: "somebody") }),
        mistake(
            "wrong issuer", 6, "AADSTS700211", "the issuer https://other.example",
            set: tokenFile { $0.federatedToken(issuer: "https://other.example") }),
        mistake(
            "wrong signature", 6, "AADSTS700027", "not signed by the issuer",
            set: tokenFile {
                let parts = $0.federatedToken().split(separator: ".")
                let other = $0.federatedToken(subject: "somebody").split(separator: ".")
                return "\(parts[0]).\(parts[1]).\(other[2])"
            }),
        mistake("empty token file", 2, "is empty", set: tokenFile { _ in "" }),
        mistake(
            "page instead of a token", 2, "holds no token",
            set: tokenFile { _ in "<html><body>Sign in</body></html>" }),
        mistake("missing token file", 2, "No such file") { _ in
            ["AZURE_FEDERATED_TOKEN_FILE": "/no/such"]
        },
    ]

    private static let jobMistakes = [
        mistake(
            "expired job of a pipeline", 6, "Azure Pipelines did not take the job's token",
            "status 401", "System.AccessToken",
            change: { $0.configure { $0.platform.isJobOver = true } },
            set: way("azure-pipelines")),
        mistake(
            "302 to a sign-in page", 6, "did not take the job's token (status 302)",
            fault: .signInPage, at: "identity/pipelines", set: way("azure-pipelines")),
        mistake(
            "203 with a page", 6, "did not take the job's token (status 203)",
            fault: .html(status: 203), at: "identity/pipelines", set: way("azure-pipelines")),
        mistake(
            "page from the pipeline's host", 6, "did not take the job's token (no JSON)",
            fault: .html(status: 200), at: "identity/pipelines", set: way("azure-pipelines")),
        mistake(
            "unknown service connection", 6, "Azure Pipelines gave no token for this job",
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
            set: way("azure-pipelines", ["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "another"])),
        mistake(
            "no job token", 2, "SYSTEM_ACCESSTOKEN is not set", "$(System.AccessToken)",
            set: way("azure-pipelines", ["SYSTEM_ACCESSTOKEN": ""])),
        mistake(
            "another job's token", 6, "GitHub Actions did not take the job's token",
            "id-token: write",
            set: way("github-actions", ["ACTIONS_ID_TOKEN_REQUEST_TOKEN": "wrong-job-token"])),
        mistake(
            "page from the workflow's host", 6, "did not take the job's token (no JSON)",
            fault: .html(status: 200), at: "identity/github", set: way("github-actions")),
    ]

    private static let identityMistakes = [
        mistake(
            "unknown identity", 6, "App Service knows no such identity", "Assign the identity",
            set: way(
                "managed-identity", ["AZURE_CLIENT_ID": "5eed0000-0000-4000-8000-0000000000ff"])),
        mistake(
            "wrong header", 6, "App Service gave no token",
            set: way("managed-identity", ["IDENTITY_HEADER": "wrong-header"])),
        mistake(
            "page from the platform", 6, "App Service answered 200 without", "HTTPS_PROXY",
            fault: .html(status: 200), at: "identity/appService", set: way("managed-identity")),
        mistake(
            "another tenant's identity", 6, "The token is of tenant", "AZURE_TENANT_ID",
            set: way(
                "managed-identity",
                ["AZURE_TENANT_ID": "11111111-2222-3333-4444-555555555555"])),
        mistake("expired token", 6, "AZURE_ACCESS_TOKEN expired at 2", "az account") {
            ["AZURE_ACCESS_TOKEN": $0.run.tenant.token(of: $0.app, life: -10)]
        },
        mistake(
            "token for another service", 6, "was refused by Graph; it is for https://management",
            "ms-graph"
        ) {
            [
                "AZURE_ACCESS_TOKEN": $0.run.tenant.token(
                    of: $0.app, for: "https://management.azure.com")
            ]
        },
        mistake("forged token", 6, "was refused by Graph", "az account") {
            ["AZURE_ACCESS_TOKEN": $0.run.tenant.token(of: $0.app) + "x"]
        },
    ]

    private static let tables = [
        "secret": secretMistakes, "certificate": certificateMistakes,
        "federation": federationMistakes, "job": jobMistakes, "identity": identityMistakes,
    ]

    @Test(arguments: tables.keys.sorted())
    func `each mistake has its own word, and shows no secret`(table: String) async throws {
        for mistake in try #require(Self.tables[table]) {
            try await play { scene in
                let environment = scene.application.merging(try mistake.prepare(scene)) { $1 }
                mistake.change(scene.run.tenant)
                if let (effect, path) = mistake.fault {
                    scene.run.tenant.inject(Fault(effect, path: path))
                }

                let ending = try await backUp(scene, environment)

                #expect(ending.status == mistake.status, "\(mistake.name): \(ending.messages)")
                #expect(ending.output == "")
                for words in mistake.words {
                    #expect(
                        ending.messages.contains(words), "\(mistake.name): \(ending.messages)")
                }
                expectNoSecret(in: ending.messages, environment, mistake.name)
                #expect(!scene.run.program.exists("tenant.git/packed-refs"))
            }
        }
    }
}
