import Foundation
import GitObjects
import GitStore
import TestSupport
import Testing

struct FullDiskTests {
    @Test func `a disk that is full while objects are written leaves the last backup`() async throws
    {
        let scene = try Scene()
        try await scene.run(1)
        let before = try (scene.refs(), scene.repository.files())
        let store = try scene.open()
        var random = SplitMix64(seed: 12)
        let block = random.bytes(1 << 20)

        // Far above what any test beside this one writes: the limit is the whole process's.
        let error = await withFileSizeLimit(24 << 20) {
            await #expect(throws: GitError.self) {
                for number in 0..<32 {
                    _ = try await store.write(.blob, block + [UInt8(number)])
                }
            }
        }
        try await store.close()

        #expect(error?.kind == .other)
        #expect(error?.action.contains("tmp_pack_1") == true)
        #expect(error?.reason == "File too large")
        #expect(try scene.refs() == before.0)
        #expect(try scene.repository.files() == before.1)
        try scene.expectSound()
        try await store.publish(try await scene.write(2, to: store))
        try scene.expectSound()
    }

    private func withFileSizeLimit<Result>(
        _ limit: UInt, _ body: () async -> Result
    ) async -> Result {
        let handler = signal(SIGXFSZ, SIG_IGN)
        var old = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
        var new = rlimit(rlim_cur: limit, rlim_max: old.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &new)
        defer {
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
            signal(SIGXFSZ, handler)
        }
        return await body()
    }

    @Test func `a pack that cannot be finished leaves the last backup and no leftovers`()
        async throws
    {
        let scene = try Scene()
        try await scene.run(1)
        let before = try scene.refs()
        let store = try scene.open()
        let updates = try await scene.write(2, to: store)
        try scene.repository.write("objects/pack/tmp_idx_1", "in the way".utf8)

        let error = await #expect(throws: GitError.self) { try await store.publish(updates) }
        try FileManager.default.removeItem(
            atPath: "\(scene.repository.path)/objects/pack/tmp_idx_1")
        try await store.close()

        #expect(error?.action.contains("tmp_idx_1") == true)
        #expect(try scene.refs() == before)
        try scene.expectSound()
    }

    @Test func `refs that cannot be replaced stay, and the next run can`() async throws {
        let scene = try Scene()
        let store = try scene.open()
        let updates = try await scene.write(1, to: store)
        let path = "\(scene.repository.path)/packed-refs"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)

        let error = await #expect(throws: GitError.self) { try await store.publish(updates) }
        try await store.close()
        try FileManager.default.removeItem(atPath: path)

        #expect(error?.kind == .other)
        #expect(error?.reason == "Is a directory")
        #expect(try scene.refs() == [])
        try scene.expectSound()
    }

    @Test func `a pack folder where nothing may be made gives a clear error`() async throws {
        let scene = try Scene()
        try await scene.run(1)
        let before = try scene.refs()
        let packs = "\(scene.repository.path)/objects/pack"
        let store = try scene.open()
        try FileManager.default.moveItem(atPath: packs, toPath: packs + ".away")
        try FileManager.default.createSymbolicLink(
            atPath: packs, withDestinationPath: "/sys/kernel")

        let error = await #expect(throws: GitError.self) { try await store.write(.blob, [1, 2]) }
        try FileManager.default.removeItem(atPath: packs)
        try FileManager.default.moveItem(atPath: packs + ".away", toPath: packs)
        try await store.close()

        #expect(error?.action == "create \(packs)/tmp_pack_1")
        #expect(try scene.refs() == before)
        try scene.expectSound()
    }
}
