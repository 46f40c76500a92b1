import GitObjects
import GitPack
import GitRemote
import TestSupport
import Testing

/// Connections that are cut in the middle of a push.
struct CutTests {
    /// Cuts the first push at this share of what goes one way in a push that is not cut.
    private func cutPush(_ twentieth: Int, isUpload: Bool) async throws {
        let scene = try Scene()
        let first = try scene.commit("one")
        let text = String((0..<20_000).map { "\(($0 &* 7919) % 10_007)\n" }.joined())
        let next = try scene.commit(text, on: first)
        let moves = [
            RemoteMove(scene.main, from: first, to: next), RemoteMove(.runs, from: .zero, to: next),
        ]
        try await scene.withRemote { remote in
            _ = try await remote.push(
                [RemoteMove(scene.main, from: .zero, to: first)], pack: scene.pack(first),
                to: remote.advertisement(for: .push))
        }
        let pack = try scene.pack(next, without: first)
        // Some 3 KB of TLS and HTTP stand around the pack, and around the report.
        let total = isUpload ? pack.byteCount + 3_000 : 5_000
        let limit = total * twentieth / 20
        let cut: CutProxy.Cut = isUpload ? .upload(after: limit) : .download(after: limit)

        try await CutProxy.run(to: scene.host.port, cut: cut) { proxy in
            try await scene.withRemote(port: proxy.port) { remote in
                let host = try await remote.advertisement(for: .push)
                let report = try await remote.push(moves, pack: pack, to: host)

                #expect(report.taken == [scene.main, .runs])
            }
        }
        #expect(try scene.remoteRef() == next)
        #expect(try scene.remoteRef(RefName.runs.text) == next)
    }

    @Test(arguments: 0..<20)
    func `a push whose upload is cut arrives in the end, once`(twentieth: Int) async throws {
        try await cutPush(twentieth, isUpload: true)
    }

    @Test(arguments: 0..<20)
    func `a push whose report is cut is looked up`(twentieth: Int) async throws {
        try await cutPush(twentieth, isUpload: false)
    }
}
