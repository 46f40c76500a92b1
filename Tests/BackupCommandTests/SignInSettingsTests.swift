import Foundation
import Testing

@testable import BackupCommand

struct SignInSettingsTests {
    private let complete = [
        "AZURE_TENANT_ID": "contoso.example", "AZURE_CLIENT_ID": "app", "AZURE_CLIENT_SECRET": "s3",
    ]

    @Test func `the names are those of the Azure SDKs`() throws {
        let signIn = try SignInSettings(complete)

        #expect(signIn.tenant == "contoso.example")
        #expect(signIn.clientID == "app")
        #expect(signIn.secret == "s3")
    }

    @Test(arguments: ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"])
    func `a variable that is missing or empty is named`(name: String) {
        for value in [nil, ""] {
            var environment = complete
            environment[name] = value

            let failure = #expect(throws: CommandFailure.self) { try SignInSettings(environment) }

            #expect(failure?.sentence == "Could not sign in: \(name) is not set.")
            #expect(failure?.hint == "Set it in the environment.")
            #expect(failure?.status == .usage)
        }
    }

    @Test func `several that are missing are named together`() {
        let failure = #expect(throws: CommandFailure.self) { try SignInSettings([:]) }

        #expect(
            failure?.reason
                == "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not set")
    }

    @Test func `a way to sign in that this version lacks is told`() {
        let failure = #expect(throws: CommandFailure.self) {
            try SignInSettings(["AZURE_FEDERATED_TOKEN_FILE": "/x"])
        }

        #expect(failure?.hint?.contains("cannot sign in with AZURE_FEDERATED_TOKEN_FILE") == true)
    }

    @Test func `the secret may be in a file, with a newline at its end`() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data("from the file\n".utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        var environment = complete
        environment["AZURE_CLIENT_SECRET"] = nil
        environment["AZURE_CLIENT_SECRET_FILE"] = url.path

        #expect(try SignInSettings(environment).secret == "from the file")
        environment["AZURE_CLIENT_SECRET"] = "s3"
        #expect(try SignInSettings(environment).secret == "s3")
    }

    @Test(arguments: ["a/b", "..", "a?b", "a b", "a%2fb", "\u{2024}", "$(tenant)"])
    func `what would not stay one part of a URL is refused`(text: String) {
        for name in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"] {
            var environment = complete
            environment[name] = text

            let failure = #expect(throws: CommandFailure.self) { try SignInSettings(environment) }

            #expect(failure?.message == "Could not use \(name)")
        }
    }

    @Test func `the secret is in no text of it`() throws {
        var environment = complete
        environment["AZURE_CLIENT_SECRET"] = "hunter2"
        let signIn = try SignInSettings(environment)

        var dumped = ""
        dump(signIn, to: &dumped)

        #expect(!"\(signIn) \(String(reflecting: signIn)) \(dumped)".contains("hunter2"))
    }

    @Test func `a macro instead of a secret is refused`() {
        var environment = complete
        environment["AZURE_CLIENT_SECRET"] = "$(clientSecret)"

        #expect(throws: CommandFailure.self) { try SignInSettings(environment) }
    }
}
