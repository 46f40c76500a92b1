import Foundation
import GraphClient
import TestSupport
import Testing

@testable import BackupCommand

struct SignInSettingsTests {
    private let complete = [
        "AZURE_TENANT_ID": "contoso.example", "AZURE_CLIENT_ID": "app", "AZURE_CLIENT_SECRET": "s3",
    ]

    private static let elsewhere = MachineTraits(isAzure: false, hasArcAgent: false)

    private func signIn(
        _ environment: [String: String], as word: String? = nil,
        on machine: MachineTraits = elsewhere
    ) throws(CommandFailure) -> SignInSettings {
        let settings = try word.map { word throws(CommandFailure) in
            try Settings(flags: [.auth: [word]])
        }
        return try SignInSettings(settings ?? Settings(), environment, on: machine)
    }

    private func failure(
        _ environment: [String: String], as word: String? = nil,
        on machine: MachineTraits = elsewhere
    ) -> CommandFailure? {
        #expect(throws: CommandFailure.self) {
            try signIn(environment, as: word, on: machine)
        }
    }

    /// What each way needs, all of it set.
    private static let ways: [SignInKind: [String: String]] = [
        .token: ["AZURE_ACCESS_TOKEN": "a.b.c"], .secret: ["AZURE_CLIENT_SECRET": "s3"],
        .workloadIdentity: ["AZURE_FEDERATED_TOKEN": "a.b.c"],
        .azurePipelines: [
            "SYSTEM_OIDCREQUESTURI": "https://dev.azure.example/oidctoken",
            "SYSTEM_ACCESSTOKEN": "job", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "sc",
        ],
        .gitHubActions: [
            "ACTIONS_ID_TOKEN_REQUEST_URL": "https://actions.example/?v=1",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job",
        ],
        .managedIdentity: [
            "IDENTITY_ENDPOINT": "http://127.0.0.1:1/msi", "IDENTITY_HEADER": "h",
        ],
    ]

    // MARK: Choosing

    @Test func `the first way that is configured is taken`() throws {
        let order: [SignInKind] = [
            .token, .secret, .workloadIdentity, .azurePipelines, .gitHubActions, .managedIdentity,
        ]
        #expect(SignInKind.allCases.filter { $0 != .certificate } == order)
        var environment = ["AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "app"]
        for kind in order.reversed() {
            environment.merge(try #require(Self.ways[kind])) { $1 }

            #expect(try signIn(environment).kind == kind)
            #expect(try signIn(environment, as: "auto").kind == kind)
            for chosen in order.drop(while: { $0 != kind }) {
                #expect(try signIn(environment, as: chosen.rawValue).kind == chosen)
            }
        }
    }

    @Test func `a certificate comes behind a secret and before a federated token`() throws {
        let files = try CertificateFiles()
        try files.makePair("a")
        try files.join(["a.crt", "a.key"], into: "a.pem")
        var environment = complete
        environment["AZURE_CLIENT_CERTIFICATE_PATH"] = files.path("a.pem")
        environment["AZURE_FEDERATED_TOKEN"] = "a.b.c"

        #expect(try signIn(environment).kind == .secret)
        environment["AZURE_CLIENT_SECRET"] = ""
        #expect(try signIn(environment).kind == .certificate)
        #expect("\(try signIn(environment))" == "a certificate of app in contoso.example")
    }

    @Test func `a way that is configured but unusable is not passed over`() {
        var environment = complete
        environment["AZURE_CLIENT_SECRET"] = nil
        environment["AZURE_CLIENT_CERTIFICATE_PATH"] = "/no/such.pem"
        environment["AZURE_FEDERATED_TOKEN"] = "a.b.c"

        #expect(
            failure(environment)?.sentence
                == "Could not use AZURE_CLIENT_CERTIFICATE_PATH: /no/such.pem: No such file or "
                + "directory.")
    }

    @Test func `a way that is named but not configured is an error`() {
        #expect(
            failure(complete, as: "certificate")?.sentence
                == "Could not sign in: AZURE_CLIENT_CERTIFICATE_PATH is not set.")
        #expect(
            failure(complete, as: "azure-pipelines")?.reason
                == "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID, SYSTEM_ACCESSTOKEN and "
                + "SYSTEM_OIDCREQUESTURI are not set")
        #expect(
            failure(complete, as: "github-actions")?.status == .usage)
        #expect(
            failure(complete, as: "certficate")?.hint?.contains("certificate, workload-identity")
                == true)
    }

    @Test func `the machine's identity is taken where the machine is Azure's`() throws {
        let azure = MachineTraits(isAzure: true, hasArcAgent: false)
        let arc = MachineTraits(isAzure: false, hasArcAgent: true)

        #expect(
            "\(try signIn([:], on: azure).credential)" == "the managed identity (IMDS)")
        #expect(
            "\(try signIn(["AZURE_CLIENT_ID": "app"], on: arc).credential)"
                == "the managed identity app (Azure Arc)")
        #expect(try signIn(complete, on: azure).kind == .secret)
        #expect(failure(["GITHUB_ACTIONS": "true"], on: azure)?.hint?.contains("id-token") == true)
        #expect(
            failure(["TF_BUILD": "True"], on: azure)?.hint?
                .contains("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID") == true)
    }

    @Test(arguments: [
        (["IDENTITY_ENDPOINT": "http://127.0.0.1:1/", "IDENTITY_HEADER": "h"], "App Service"),
        (["MSI_ENDPOINT": "http://127.0.0.1:1/", "MSI_SECRET": "h"], "Azure Machine Learning"),
        (["MSI_ENDPOINT": "http://127.0.0.1:1/"], "Cloud Shell"),
        (["IDENTITY_ENDPOINT": "http://127.0.0.1:1/", "IMDS_ENDPOINT": "x"], "Azure Arc"),
        (["AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"], "IMDS"),
        (
            [
                "IDENTITY_ENDPOINT": "http://127.0.0.1:1/", "IDENTITY_HEADER": "h",
                "MSI_ENDPOINT": "http://127.0.0.1:1/", "MSI_SECRET": "h",
            ], "App Service"
        ),
    ])
    func `the platform is known by its variables`(
        environment: [String: String], platform: String
    ) throws {
        #expect(
            "\(try signIn(environment).credential)" == "the managed identity (\(platform))")
    }

    // MARK: Values

    @Test(arguments: ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"])
    func `a variable that is missing or empty is named`(name: String) {
        for value in [nil, ""] {
            var environment = complete
            environment[name] = value

            let failure = failure(environment)

            #expect(failure?.sentence == "Could not sign in: \(name) is not set.")
            #expect(failure?.hint?.hasPrefix("Set it in the environment") == true)
            #expect(failure?.status == .usage)
        }
    }

    @Test func `several that are missing are named together`() {
        #expect(
            failure([:])?.reason
                == "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not set")
    }

    @Test func `the secret may be in a file, with a newline at its end`() throws {
        let files = try CertificateFiles()
        try files.write("from the file\n".utf8, to: "secret")
        var environment = complete
        environment["AZURE_CLIENT_SECRET"] = nil
        environment["AZURE_CLIENT_SECRET_FILE"] = files.path("secret")

        #expect(try secret(environment) == "from the file")
        environment["AZURE_CLIENT_SECRET"] = "s3"
        #expect(try secret(environment) == "s3")
        try files.write("\n".utf8, to: "secret")
        environment["AZURE_CLIENT_SECRET"] = nil
        #expect(failure(environment)?.reason?.hasSuffix("is empty") == true)
    }

    @Test(arguments: ["s3\n", "s3\r\n", " s3", "\ts3 "])
    func `blanks and line ends around a secret are no part of it`(text: String) throws {
        var environment = complete
        environment["AZURE_CLIENT_SECRET"] = text

        #expect(try secret(environment) == "s3")
    }

    @Test func `a secret of blanks is not set, and quotes are not guessed at`() throws {
        var environment = complete
        environment["AZURE_CLIENT_SECRET"] = " \n"
        #expect(failure(environment)?.reason == "AZURE_CLIENT_SECRET is not set")

        environment["AZURE_CLIENT_SECRET"] = "\"s3\""
        #expect(try secret(environment) == "\"s3\"")
    }

    @Test func `braces and blanks around an ID are no part of it, and quotes are named`() throws {
        let id = "11111111-2222-3333-4444-5555555555aa"
        for text in [" \(id)", "\(id)\r\n", "{\(id)}", " {\(id)}\n"] {
            var environment = complete
            environment["AZURE_TENANT_ID"] = text
            environment["AZURE_CLIENT_ID"] = text

            let settings = try signIn(environment)

            #expect(settings.tenant == id)
            #expect("\(settings.credential)" == "a client secret of \(id)")
        }
        for text in ["\"\(id)\"", "'contoso.example'"] {
            let failure = failure(complete.merging(["AZURE_TENANT_ID": text]) { $1 })

            #expect(
                failure?.sentence == "Could not use AZURE_TENANT_ID: it has quotes around it.")
            #expect(failure?.status == .usage)
        }
        #expect(failure(complete.merging(["AZURE_CLIENT_ID": "{app}"]) { $1 })?.status == .usage)
    }

    @Test(arguments: [
        (SignInKind.token, "AZURE_ACCESS_TOKEN"), (.workloadIdentity, "AZURE_FEDERATED_TOKEN"),
        (.azurePipelines, "SYSTEM_ACCESSTOKEN"),
        (.gitHubActions, "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
    ])
    func `blanks around a token are no part of it, and quotes are named`(
        kind: SignInKind, name: String
    ) throws {
        var environment = try #require(Self.ways[kind])
        environment.merge(["AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "app"]) { $1 }
        let token = try #require(environment[name])

        environment[name] = " \(token)\n"
        #expect(try signIn(environment, as: kind.rawValue).kind == kind)
        environment[name] = "\"\(token)\""
        #expect(failure(environment, as: kind.rawValue)?.reason == "it has quotes around it")
    }

    private func secret(_ environment: [String: String]) throws -> String? {
        guard case .secret(_, let secret) = try signIn(environment).credential else { return nil }
        return secret
    }

    @Test(arguments: ["a/b", "..", "a?b", "a b", "a%2fb", "\u{2024}", "$(tenant)"])
    func `what would not stay one part of a URL is refused`(text: String) {
        for name in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"] {
            var environment = complete
            environment[name] = text

            #expect(failure(environment)?.message == "Could not use \(name)")
        }
    }

    /// What is set beside a complete way, the way, and what is named in the refusal.
    @Test(
        arguments: [
            (["AZURE_ACCESS_TOKEN": "a b"], .token, "AZURE_ACCESS_TOKEN"),
            (["AZURE_ARM_ACCESS_TOKEN": "a\nb"], .token, "AZURE_ARM_ACCESS_TOKEN"),
            (["AZURE_ACCESS_TOKEN": "$(token)"], .token, "AZURE_ACCESS_TOKEN"),
            (["AZURE_FEDERATED_TOKEN": "<html>"], .workloadIdentity, "AZURE_FEDERATED_TOKEN"),
            (
                ["AZURE_FEDERATED_TOKEN_FILE": "/no/such"], .workloadIdentity,
                "AZURE_FEDERATED_TOKEN_FILE"
            ),
            (
                ["AZURE_FEDERATED_TOKEN_FILE": "/etc"], .workloadIdentity,
                "AZURE_FEDERATED_TOKEN_FILE"
            ),
            (
                ["AZURE_FEDERATED_TOKEN_FILE": "/dev/null"], .workloadIdentity,
                "AZURE_FEDERATED_TOKEN_FILE"
            ),
            (
                ["SYSTEM_ACCESSTOKEN": "$(System.AccessToken)"], .azurePipelines,
                "SYSTEM_ACCESSTOKEN"
            ),
            (
                ["SYSTEM_OIDCREQUESTURI": "http://dev.azure.example/"], .azurePipelines,
                "SYSTEM_OIDCREQUESTURI"
            ),
            (
                ["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "a b"], .azurePipelines,
                "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"
            ),
            (
                ["ACTIONS_ID_TOKEN_REQUEST_URL": "nowhere"], .gitHubActions,
                "ACTIONS_ID_TOKEN_REQUEST_URL"
            ),
            (["IDENTITY_ENDPOINT": "http://8.8.8.8/"], .managedIdentity, "IDENTITY_ENDPOINT"),
            (
                ["AZURE_MANAGED_IDENTITY_RESOURCE_ID": "backup"], .managedIdentity,
                "AZURE_MANAGED_IDENTITY_RESOURCE_ID"
            ),
            (
                ["AZURE_CLIENT_ID": "a", "AZURE_MANAGED_IDENTITY_OBJECT_ID": "b"],
                .managedIdentity, "AZURE_MANAGED_IDENTITY_OBJECT_ID"
            ),
        ] as [([String: String], SignInKind, String)])
    func `a value that cannot be what it is called is refused`(
        changes: [String: String], kind: SignInKind, name: String
    ) throws {
        var environment = try #require(Self.ways[kind])
        if kind != .managedIdentity {
            environment.merge(["AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "app"]) { $1 }
        }
        let failure = failure(environment.merging(changes) { $1 }, as: kind.rawValue)

        #expect(failure?.message == "Could not use \(name)")
        #expect(failure?.status == .usage)
    }

    @Test func `a choice that a platform does not offer is refused`() {
        let shell = ["MSI_ENDPOINT": "http://127.0.0.1:1/", "AZURE_CLIENT_ID": "app"]
        let fabric = [
            "IDENTITY_ENDPOINT": "https://127.0.0.1:1/", "IDENTITY_HEADER": "h",
            "IDENTITY_SERVER_THUMBPRINT": "t",
        ]

        #expect(failure(shell)?.message == "Could not use AZURE_CLIENT_ID")
        #expect(failure(fabric)?.reason?.contains("Service Fabric") == true)
    }

    @Test func `a pipeline's own names stand in for the tenant and the application`() throws {
        var environment = try #require(Self.ways[.azurePipelines])
        environment["AZURESUBSCRIPTION_TENANT_ID"] = "theirs"
        environment["AZURESUBSCRIPTION_CLIENT_ID"] = "them"
        #expect(
            "\(try signIn(environment))" == "a federated token of this pipeline, as them in theirs")
        environment.merge(complete) { $1 }
        environment["AZURE_CLIENT_SECRET"] = nil
        #expect(
            "\(try signIn(environment))"
                == "a federated token of this pipeline, as app in contoso.example")
        environment["SYSTEM_ACCESSTOKEN"] = nil
        #expect(failure(environment)?.hint?.contains("$(System.AccessToken)") == true)
    }

    @Test func `the secret is in no text of it`() throws {
        var environment = complete
        environment["AZURE_CLIENT_SECRET"] = "hunter2"
        let signIn = try signIn(environment)

        var dumped = ""
        dump(signIn, to: &dumped)

        #expect(!"\(signIn) \(String(reflecting: signIn)) \(dumped)".contains("hunter2"))
    }

    @Test func `a macro instead of a secret is refused`() {
        var environment = complete
        environment["AZURE_CLIENT_SECRET"] = "$(clientSecret)"

        #expect(failure(environment)?.message == "Could not use AZURE_CLIENT_SECRET")
    }

    @Test func `a way to sign in can stand in the file`() throws {
        let file = try ConfigurationFile(Array("auth: certificate\n".utf8), at: "t.yaml")

        #expect(file.settings.text(.auth) == "certificate")
    }
}
