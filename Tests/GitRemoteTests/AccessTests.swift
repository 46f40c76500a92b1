import GitObjects
import GitRemote
import HTTPCarrier
import TestSupport
import Testing

/// Who is let in, and where a credential goes.
struct AccessTests {
    @Test(arguments: [
        RemoteCredential.bearer("wrong"), .basic(user: GitHost.user, password: "wrong"), nil,
    ])
    func `a wrong credential is unauthorised, with what to do`(
        credential: RemoteCredential?
    ) async throws {
        let scene = try Scene()
        try await scene.withRemote(credential: credential) { remote in
            let error = await #expect(throws: RemoteError.self) {
                try await remote.advertisement(for: .push)
            }

            #expect(error?.kind == .unauthorised)
            #expect(error?.hint?.contains("TENANTKEEP_REMOTE_TOKEN") == true)
            #expect(error?.reason.contains("wrong") == false)
        }
    }

    @Test func `a repository that is not there is not found`() async throws {
        let scene = try Scene()
        try await scene.withRemote(path: "git/other.git") { remote in
            let error = await #expect(throws: RemoteError.self) {
                try await remote.advertisement(for: .fetch)
            }

            #expect(error?.kind == .notFound)
        }
    }

    @Test func `a redirect within the host is followed, with the credential`() async throws {
        let scene = try Scene(
            rules: #"url.redirect = ( "^/old/(.*)$" => "/git/$1" )"#)
        let commit = try scene.commit("one")
        try await scene.withRemote(path: "old/tenant.git") { remote in
            let report = try await remote.push(
                [RemoteMove(scene.main, from: .zero, to: commit)], pack: scene.pack(commit),
                to: remote.advertisement(for: .push))

            #expect(report.isComplete)
            #expect(try scene.remoteRef() == commit)
        }
    }

    @Test func `a redirect to another host does not take the credential along`() async throws {
        let other = try GitHost()
        let scene = try Scene(
            rules:
                #"url.redirect = ( "^/git/(.*)$" => "https://localhost:\#(other.port)/git/$1" )"#
        )
        // One client that trusts both.
        let both = "\(scene.local.folder)/both.pem"
        try scene.local.run([
            "sh", "-c", "cat \(scene.host.certificates) \(other.certificates) > \(both)",
        ])
        try await withTestRemote(scene.host.url, certificates: both) { remote in
            let error = await #expect(throws: RemoteError.self) {
                try await remote.advertisement(for: .push)
            }

            #expect(error?.kind == .unauthorised)
            #expect(error?.hint?.contains("localhost:\(other.port)") == true)
        }
        #expect(try scene.host.stop() == ["Bearer \(GitHost.token)"])
        #expect(try other.stop() == ["-"])
    }

    @Test(arguments: [
        "https://localhost/sign-in", "http://127.0.0.1:1/info/refs?service=git-receive-pack",
        "/_signin?realm=x", "ftp://localhost/info/refs?service=git-receive-pack",
    ])
    func `no other redirect is followed`(target: String) async throws {
        let scene = try Scene(rules: #"url.redirect = ( "^/git/" => "\#(target)" )"#)
        try await scene.withRemote { remote in
            let error = await #expect(throws: RemoteError.self) {
                try await remote.advertisement(for: .push)
            }

            #expect(error?.kind == .unauthorised || error?.kind == .refused)
        }
    }

    @Test func `a host nobody vouches for is not talked to`() async throws {
        let scene = try Scene()
        try await withTestRemote(scene.host.url) { remote in
            let error = await #expect(throws: RemoteError.self) {
                try await remote.advertisement(for: .push)
            }

            #expect(error?.kind == .unreachable)
            #expect(error?.hint?.contains("SSL_CERT_FILE") == true)
        }
        #expect(try scene.host.stop() == [])
    }

    @Test(arguments: [
        (
            "https://contoso@dev.azure.com/contoso/a b/_git/x",
            "https://dev.azure.com/contoso/a%20b/_git/x"
        ),
        ("https://u:p@host.example/x.git/", "https://host.example/x.git"),
        ("https://host.example:8443/a%20b", "https://host.example:8443/a%20b"),
        ("https://host.example/ü", "https://host.example/%C3%BC"),
        ("http://localhost:8080/x", "http://localhost:8080/x"),
        ("http://host.example/x", nil), ("https://host.example/x?y", nil), ("ssh://host/x", nil),
        ("https://host.example/x#y", nil), ("host:x", nil), ("/srv/x", nil), ("", nil),
    ])
    func `a URL loses its user and keeps its path`(text: String, url: String?) {
        #expect(RepositoryURL(text)?.description == url)
    }
}
