import HTTPCarrier
import Testing

@testable import BackupCommand

/// Which credential a remote gets.
struct RemoteSecretsTests {
    private func credential(
        _ environment: [String: String], _ url: String = "https://dev.azure.com/contoso/b/_git/t"
    ) throws -> String? {
        let url = try #require(RepositoryURL(url))
        switch try RemoteSecrets(environment).credential(for: url) {
        case .bearer(let token): return "bearer \(token)"
        case .basic(let user, let password): return "basic \(user):\(password)"
        case nil: return nil
        }
    }

    @Test func `what is said for the remote goes before the job's own`() throws {
        let job = ["SYSTEM_ACCESSTOKEN": "job", "GITHUB_TOKEN": "hub"]
        let token = ["TENANTKEEP_REMOTE_TOKEN": "said"]
        let password = ["TENANTKEEP_REMOTE_USER": "u", "TENANTKEEP_REMOTE_PASSWORD": "p"]

        #expect(try credential(job.merging(token) { $1 }) == "bearer said")
        #expect(try credential(job.merging(password) { $1 }) == "basic u:p")
        #expect(try credential(token.merging(password) { $1 }) == "bearer said")
        #expect(try credential(["TENANTKEEP_REMOTE_PASSWORD": "p"]) == "basic :p")
        #expect(try credential(job) == "bearer job")
        #expect(try credential([:]) == nil)
    }

    @Test func `a job's own token goes to the job's own host only`() throws {
        let job = ["SYSTEM_ACCESSTOKEN": "job", "GITHUB_TOKEN": "hub"]
        let server = [
            "SYSTEM_COLLECTIONURI": "https://devops.contoso.com/Default/",
            "GITHUB_SERVER_URL": "https://git.contoso.com",
        ]
        let all = job.merging(server) { $1 }

        #expect(try credential(job, "https://github.com/c/r.git") == "basic x-access-token:hub")
        #expect(try credential(job, "https://contoso.visualstudio.com/p/_git/r") == "bearer job")
        #expect(try credential(job, "https://evil.example/c/r.git") == nil)
        #expect(try credential(job, "https://dev.azure.com.evil.example/r") == nil)
        #expect(try credential(job, "https://github.com.evil.example/r") == nil)
        #expect(try credential(all, "https://devops.contoso.com/Default/p/_git/r") == "bearer job")
        #expect(try credential(all, "https://git.contoso.com/c/r") == "basic x-access-token:hub")
        #expect(try credential(all, "https://github.com/c/r.git") == nil)
    }

    @Test func `a macro that a pipeline left, an empty file and line breaks are refused`() throws {
        for environment in [
            ["SYSTEM_ACCESSTOKEN": "$(System.AccessToken)"],
            ["TENANTKEEP_REMOTE_TOKEN": "$(token)"],
            ["TENANTKEEP_REMOTE_TOKEN_FILE": "/dev/null"],
            ["TENANTKEEP_REMOTE_PASSWORD_FILE": "/nowhere/at/all"],
            ["TENANTKEEP_REMOTE_TOKEN": "to\nken"], ["SYSTEM_ACCESSTOKEN": "to\r\nken"],
            ["TENANTKEEP_REMOTE_TOKEN": "\"token\""], ["SYSTEM_ACCESSTOKEN": "'token'"],
        ] {
            #expect(throws: CommandFailure.self) { try credential(environment) }
        }
    }

    @Test(arguments: ["token\n", "token\r\n", " token", "\ttoken "])
    func `what is left around a token is no part of it`(text: String) throws {
        #expect(try credential(["TENANTKEEP_REMOTE_TOKEN": text]) == "bearer token")
        #expect(try credential(["SYSTEM_ACCESSTOKEN": text]) == "bearer token")
        #expect(
            try credential([
                "TENANTKEEP_REMOTE_USER": " me\n", "TENANTKEEP_REMOTE_PASSWORD": text,
            ]) == "basic me:token")
    }
}
