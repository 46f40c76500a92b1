import Foundation
import HTTPCarrier
import TenantSimulator
import TestSupport
import Testing

@testable import BackupCommand

/// Remotes that are reached through a proxy. The tenant is on this machine, which never needs one.
struct ProxiedRemoteTests {
    private static let name = "git.contoso.example"
    private static let url = "https://\(name)/git/tenant.git"

    private func withProxy(
        _ conduct: TunnelProxy.Conduct,
        _ body: @Sendable (RemoteScene, TunnelProxy) async throws -> Void
    ) async throws {
        let host = try GitHost(names: ["DNS:\(Self.name)", "IP:127.0.0.1"])
        try await withRemote(at: host) { scene in
            try await TunnelProxy.run(to: host.port, conduct) { proxy in
                try await body(scene, proxy)
            }
        }
    }

    @Test(arguments: [nil, "me:p%40ss%3Aw0rd"])
    func `runs begin and end there, and so do push and fetch`(login: String?) async throws {
        try await withProxy(login == nil ? .tunnels : .tunnelsFor("me:p@ss:w0rd")) { scene, proxy in
            let through = ["HTTPS_PROXY": proxy.url(login: login)]
            let first = try await scene.backUp(
                repository: "a.git", url: Self.url, changing: through)
            try scene.change("Baker", users: [2])
            let second = try await scene.backUp(
                repository: "b.git", url: Self.url, changing: through)
            let fetch = try await scene.command(
                "fetch", Self.url, "--repo", "a.git", changing: through)
            try scene.change("Cook", users: [3])
            try await scene.run.backUp("users,groups", repository: "a.git")
            let push = try await scene.command(
                "push", Self.url, "--repo", "a.git", changing: through)

            for ending in [first, second, fetch, push] {
                #expect(ending.status == 0, "\(ending.messages)")
                #expect(!ending.messages.contains("w0rd") && !ending.output.contains("w0rd"))
            }
            #expect(try scene.ownRefs(in: "a.git") == scene.refs())
            #expect(try scene.host.place.git("rev-list", "--count", "main") == "3")
            #expect(!proxy.calls.isEmpty)
            #expect(proxy.calls.allSatisfy { $0.target == "\(Self.name):443" })
            try scene.expectSoundHost()
        }
    }

    @Test func `whom NO_PROXY names is reached without it`() async throws {
        try await withProxy(.refuses(407)) { scene, proxy in
            // This machine by a name that does not say so.
            let url = "https://0.0.0.0:\(scene.host.port)/git/tenant.git"
            let through = ["HTTPS_PROXY": proxy.url()]
            let without = through.merging(["NO_PROXY": "example.com, 0.0.0.0"]) { $1 }

            let direct = try await scene.backUp(
                repository: "a.git", url: url, changing: without)
            #expect(proxy.calls.isEmpty)
            let refused = try await scene.backUp(
                repository: "b.git", url: url, changing: through)

            #expect(direct.status == 0, "\(direct.messages)")
            #expect(refused.status == 1, "\(refused.messages)")
            #expect(proxy.calls.map(\.target) == ["0.0.0.0:\(scene.host.port)"])
        }
    }

    @Test(
        arguments: [
            (TunnelProxy.Conduct.refuses(407), "wants to know who asks", 1),
            (.tunnelsFor("me:right"), "wants to know who asks", 1),
            (.refuses(502), "(the proxy refused)", 4), (.refuses(403), "(the proxy refused)", 4),
            (.isSilent, "could not be reached", nil),
        ] as [(TunnelProxy.Conduct, String, Int?)])
    func `a proxy that refuses is status 4, or 1 from an empty disk, and costs no run`(
        conduct: TunnelProxy.Conduct, words: String, tries: Int?
    ) async throws {
        try await withProxy(conduct) { scene, proxy in
            try await scene.backUp(repository: "a.git")
            try scene.change("Baker", users: [2])
            let through = ["HTTPS_PROXY": proxy.url(login: "me:wr0ng")]
            var timing = RemoteTiming()
            timing.clock = TestClock()
            timing.patience.connecting = .milliseconds(300)

            let warm = try await scene.backUpHere(
                repository: "a.git", url: Self.url, timing: timing, changing: through)
            let empty = try await scene.backUpHere(
                repository: "b.git", url: Self.url, timing: timing, changing: through)

            #expect(warm.status == 4, "\(warm.messages)")
            #expect(empty.status == 1, "\(empty.messages)")
            for ending in [warm, empty] {
                #expect(ending.messages.contains(words), "\(ending.messages)")
                #expect(ending.messages.contains("HTTPS_PROXY"))
                #expect(!ending.messages.contains("wr0ng") && !ending.output.contains("wr0ng"))
            }
            // Before and after the run, and before the other.
            if let tries { #expect(proxy.calls.count == 3 * tries) }
            #expect(!scene.run.program.exists("b.git/packed-refs"))
            let next = try await scene.backUp(repository: "a.git")
            #expect(next.status == 0, "\(next.messages)")
            #expect(try scene.ownRefs(in: "a.git") == scene.refs())
            #expect(try scene.host.place.git("rev-list", "--count", "main") == "2")
        }
    }

    // MARK: Tokens of Entra

    @Test func `Azure DevOps gets a token of Entra for itself, from every command`() async throws {
        let host = try GitHost(names: ["DNS:dev.azure.com"], bearers: "eyJ[A-Za-z0-9_.-]+")
        try await withRemote(at: host) { scene in
            try await TunnelProxy.run(to: host.port) { proxy in
                let url = "https://dev.azure.com/git/tenant.git"
                let settings = [
                    "HTTPS_PROXY": proxy.url(), "TENANTKEEP_REMOTE_TOKEN": "",
                    "TENANTKEEP_PUSH": url,
                ]
                let signedIn = scene.run.environment.merging(settings) { $1 }

                let doctor = try await scene.command(
                    "doctor", "--type", "users", changing: signedIn)
                let backup = try await scene.backUp(
                    repository: "a.git", url: url, changing: settings)
                try await scene.run.backUp("users", repository: "a.git")
                let push = try await scene.command("push", "--repo", "a.git", changing: signedIn)
                let fetch = try await scene.command("fetch", "--repo", "b.git", changing: signedIn)
                let nobody = try await scene.command("doctor", changing: settings)

                for ending in [doctor, backup, push, fetch] {
                    #expect(ending.status == 0, "\(ending.messages) \(ending.output)")
                    #expect(!ending.messages.contains("eyJ") && !ending.output.contains("eyJ"))
                }
                let checks = try #require(
                    try nobody.document()["checks"] as? [[String: Any]])
                #expect(checks.last?["check"] as? String == "remote")
                #expect(checks.last?["outcome"] as? String == "failed")
                #expect((checks.last?["text"] as? String)?.contains("sign") == true)
                #expect(try scene.refs().count > 2)
            }
        }
        let credentials = try host.stop()
        #expect(credentials.count >= 8)
        #expect(credentials.allSatisfy { audience(of: $0) == Self.azureDevOps })
    }

    private static let azureDevOps = "499b84ac-1321-427f-aa17-267ca6975798"

    /// Whom a bearer token is for.
    private func audience(of credential: String) -> String? {
        let parts = credential.split(separator: ".")
        guard credential.hasPrefix("Bearer "), parts.count == 3 else { return nil }
        var text = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        while text.utf8.count % 4 != 0 { text += "=" }
        let claims = Data(base64Encoded: String(text)).flatMap {
            try? JSONSerialization.jsonObject(with: $0) as? [String: Any]
        }
        return claims?["aud"] as? String
    }
}
