import Foundation
import GitRemote
import HTTPCarrier
import TenantSimulator
import TestSupport
import Testing

@testable import BackupCommand

/// Remotes that let a run wait: it ends in time, with a word, and nothing is lost.
struct SlowRemoteTests {
    /// How a host is slow.
    enum Slowness: CaseIterable {
        case saysNothing, stopsInTheList, dripsTheList, stopsTakingThePack, stopsBeforeTheReport,
            dripsTheReport

        /// The list of refs is some 1 KB here, and the request that brings the pack some 10 KB.
        var cut: CutProxy.Cut {
            switch self {
            case .saysNothing: .silence(.download, after: 0, .download)
            case .stopsInTheList: .silence(.download, after: 300, .download)
            case .dripsTheList: .drip(.download, after: 300, .download)
            case .stopsTakingThePack: .silence(.upload, after: 3_000, .upload)
            case .stopsBeforeTheReport: .silence(.download, after: 3_000, .upload)
            case .dripsTheReport: .drip(.download, after: 3_000, .upload)
            }
        }

        /// Whether it is the report that says what became of the push.
        var isOfReport: Bool { [.stopsBeforeTheReport, .dripsTheReport].contains(self) }
    }

    /// The patience of these tests.
    private var timing: RemoteTiming {
        var timing = RemoteTiming()
        timing.patience.answering = .seconds(2)
        timing.patience.idling = .seconds(2)
        timing.pace.grace = .seconds(4)
        return timing
    }

    private func withSlowRemote(
        _ cut: CutProxy.Cut,
        _ body: @Sendable (RemoteScene, _ url: String) async throws -> Void
    ) async throws {
        try await withRemote(at: try GitHost(isPlain: true)) { scene in
            try scene.host.place.git("config", "uploadpack.allowFilter", "true")
            try await scene.backUp(repository: "a.git")
            try await CutProxy.run(to: scene.host.port, cut: cut) { proxy in
                try await body(scene, scene.host.url(port: proxy.port))
            }
        }
    }

    @Test(arguments: Slowness.allCases)
    func `with a last run it is status 4, and the next run sends what is missing`(
        slowness: Slowness
    ) async throws {
        try await withSlowRemote(slowness.cut) { scene, url in
            let before = try scene.refs()
            try scene.change("Baker", users: Array(0..<60))

            let ending = try await scene.backUpHere(
                repository: "a.git", url: url, timing: timing)

            #expect(ending.status == 4, "\(ending.messages)")
            #expect(ending.messages.contains("fell silent"), "\(ending.messages)")
            let local = try scene.run.tree(in: "a.git")
            #expect(try scene.run.git("--git-dir=a.git", "rev-list", "--count", "main") == "2")
            if slowness.isOfReport {
                #expect(ending.messages.contains("could not be read"), "\(ending.messages)")
            } else {
                #expect(try scene.refs() == before)
            }
            try scene.expectSoundHost()

            let next = try await scene.backUp(repository: "a.git")

            #expect(next.status == 0, "\(next.messages)")
            #expect(try scene.tree() == local)
            #expect(try scene.ownRefs(in: "a.git") == scene.refs())
            #expect(try scene.host.place.git("rev-list", "--count", "main") == "2")
            try scene.expectSoundHost()
        }
    }

    @Test(arguments: [
        CutProxy.Cut.silence(.download, after: 0, .download),
        .silence(.download, after: 2_500, .download), .drip(.download, after: 2_500, .download),
    ])
    func `from an empty disk it is status 1, and nothing is made of half a pack`(
        cut: CutProxy.Cut
    ) async throws {
        try await withSlowRemote(cut) { scene, url in
            let before = try scene.refs()

            let ending = try await scene.backUpHere(
                repository: "b.git", url: url, timing: timing)

            #expect(ending.status == 1, "\(ending.messages)")
            #expect(
                ["silent", "too slow"].contains(where: ending.messages.contains),
                "\(ending.messages)")
            #expect(!scene.run.program.exists("b.git/packed-refs"))
            #expect(try scene.refs() == before)

            let next = try await scene.backUp(repository: "b.git")

            #expect(next.status == 0, "\(next.messages)")
            #expect(try scene.tree() == scene.run.tree(in: "b.git"))
        }
    }
}
