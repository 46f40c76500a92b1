import Foundation
import GitObjects
import GitStore
import TestSupport
import Testing

/// What a run leaves behind that is killed between two of its steps, made by hand: the files of the
/// step before, and the list in the lock file.
struct KillTests {
    enum Step: String, CaseIterable, Sendable {
        case packBegun, refsLocked, foldingBegun, folded, packFinished, packNamed, indexNamed
        case packedRefsBegun, packedRefsWritten
    }

    @Test(arguments: Step.allCases, [false, true])
    func `killed after any step, the repository is as it was, and the next run needs no help`(
        step: Step, isLoose: Bool
    ) async throws {
        let scene = try Scene()
        try await scene.run(1)
        if isLoose { try moveBranchByHand(scene) }
        let before = try scene.refs()
        let after = try await outcome(of: scene)
        try leave(step, after: after, in: scene.repository)

        #expect(try scene.refs() == before)
        try scene.repository.git("fsck", "--strict", "--full")
        let updates = try await scene.run(2)

        #expect(try scene.repository.git("rev-parse", "main") == "\(updates[0].new)")
        #expect(try scene.repository.git("rev-parse", "main^") == branch(in: before))
        #expect(try scene.refs().count == before.count + 1)
        try scene.expectSound()
    }

    @Test(arguments: [false, true])
    func `killed after the step that moves the refs, the run is there`(isLoose: Bool) async throws {
        let scene = try Scene()
        try await scene.run(1)
        if isLoose { try moveBranchByHand(scene) }
        let after = try await outcome(of: scene)
        for (name, bytes) in after { try scene.repository.write(name, bytes) }
        try? FileManager.default.removeItem(atPath: "\(scene.repository.path)/refs/heads/main")
        try scene.repository.write("refs/heads/main.lock", "tenantkeep\n".utf8)
        try list(["refs/heads/main.lock", "packed-refs.lock"], in: scene.repository)

        #expect(try scene.refs().contains { $0.hasPrefix("refs/tags/backup/2 ") })
        try await scene.run(3)

        #expect(try scene.refs().contains { $0.hasPrefix("refs/tags/backup/3 ") })
        try scene.expectSound()
    }

    /// The files a second run would add or replace, from a copy of the repository.
    private func outcome(of scene: Scene) async throws -> [String: [UInt8]] {
        let path = "\(scene.repository.folder)/copy.git"
        try FileManager.default.copyItem(atPath: scene.repository.path, toPath: path)
        let old = try Set(scene.repository.files())
        let store = try GitStore(at: path, for: .run(branch: scene.branch), unique: "copy")
        try await store.publish(try await scene.write(2, to: store))
        var files: [String: [UInt8]] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: "\(path)/objects/pack") {
            let name = "objects/pack/\(name)"
            if !old.contains(name) {
                files[name] = try scene.repository.file("../copy.git/\(name)")
            }
        }
        files["packed-refs"] = try scene.repository.file("../copy.git/packed-refs")
        return files
    }

    private func leave(
        _ step: Step, after: [String: [UInt8]], in repository: TemporaryRepository
    ) throws {
        let steps = Step.allCases
        func isPast(_ other: Step) -> Bool {
            (steps.firstIndex(of: step) ?? 0) >= (steps.firstIndex(of: other) ?? 0)
        }
        let pack = try #require(after.keys.first { $0.hasSuffix(".pack") })
        let index = try #require(after.keys.first { $0.hasSuffix(".idx") })
        let locks = [
            "refs/heads/main.lock", "refs/tags/backup/2.lock", "refs/tenantkeep/runs.lock",
        ]
        try list(
            ["objects/pack/tmp_pack_dead", "objects/pack/tmp_idx_dead"] + locks
                + ["packed-refs.lock"], in: repository)

        if isPast(.refsLocked) {
            for lock in locks { try repository.write(lock, "tenantkeep\n".utf8) }
        }
        if step == .foldingBegun { try repository.write("packed-refs.lock", "# pack-refs".utf8) }
        // What folding does, git does too.
        if isPast(.folded) { try foldByHand(repository) }
        if isPast(.packNamed) {
            try repository.write(pack, after[pack] ?? [])
        } else {
            let half = (after[pack] ?? []).dropLast(isPast(.packFinished) ? 0 : 30)
            try repository.write("objects/pack/tmp_pack_dead", half)
        }
        if isPast(.indexNamed) {
            try repository.write(index, after[index] ?? [])
        } else if isPast(.packFinished) {
            try repository.write("objects/pack/tmp_idx_dead", after[index] ?? [])
        }
        if isPast(.packedRefsBegun) {
            let whole = after["packed-refs"] ?? []
            let part = whole.dropLast(isPast(.packedRefsWritten) ? 0 : whole.count / 2)
            try repository.write("packed-refs.lock", part)
        }
    }

    private func list(_ names: [String], in repository: TemporaryRepository) throws {
        let lines = ["process 1"] + names + [""]
        try repository.write("tenantkeep/lock", lines.joined(separator: "\n").utf8)
    }

    private func moveBranchByHand(_ scene: Scene) throws {
        let commit = try scene.repository.git(
            "commit-tree", "-p", "main", "-m", "theirs", "main^{tree}")
        try scene.repository.git("update-ref", "refs/heads/main", commit)
    }

    private func foldByHand(_ repository: TemporaryRepository) throws {
        let lock = "refs/heads/main.lock"
        try FileManager.default.removeItem(atPath: "\(repository.path)/\(lock)")
        try repository.git("pack-refs", "--all")
        try repository.write(lock, "tenantkeep\n".utf8)
    }

    private func branch(in refs: [String]) -> String? {
        refs.first { $0.hasPrefix("refs/heads/main ") }?.split(separator: " ")[1].description
    }
}
