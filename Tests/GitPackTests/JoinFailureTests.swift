import Foundation
import TestSupport
import Testing

@testable import GitPack

/// Joins that are killed, that find the disk full, or packs that are damaged.
struct JoinFailureTests {
    @Test func `killed after any step, the repository is sound and the next join needs no help`()
        throws
    {
        let tenant = try tenantWithAllOfGitsFiles()
        let repository = tenant.repository
        let before = try repository.everyObject()
        var states: [String] = []

        try repository.allJoiner().join { _ in
            let state = "\(repository.folder)/state\(states.count).git"
            let copied: Void? = try? FileManager.default.copyItem(
                atPath: repository.path, toPath: state)
            #expect(copied != nil)
            states.append(state)
        }

        var seen: Set<[String]> = []
        for state in states {
            let files = try FileManager.default.subpathsOfDirectory(atPath: state).sorted()
            guard seen.insert(files).inserted else { continue }
            try expectWhole(state, before)
            if let half = try onlyPackNamed(in: state) { try expectWhole(half, before) }
        }
        #expect(seen.count > 8)
    }

    /// The state between the two renames, from the one before both.
    private func onlyPackNamed(in state: String) throws -> String? {
        let packs = "\(state)/objects/pack"
        guard FileManager.default.fileExists(atPath: "\(packs)/tmp_idx_joined") else { return nil }
        let half = "\(state).half"
        try FileManager.default.copyItem(atPath: state, toPath: half)
        try FileManager.default.moveItem(
            atPath: "\(half)/objects/pack/tmp_pack_joined",
            toPath: "\(half)/objects/pack/pack-\(String(repeating: "ab", count: 20)).pack")
        return half
    }

    /// Expects that git finds everything, that the next run's lock would clear away what is left,
    /// and that joining again works.
    private func expectWhole(_ path: String, _ before: [UInt8]) throws {
        let killed = try TemporaryRepository()
        try FileManager.default.moveItem(atPath: path, toPath: killed.path)
        defer { try? FileManager.default.moveItem(atPath: killed.path, toPath: path) }
        #expect(try killed.everyObject() == before)
        let folder = "\(killed.path)/objects/pack"
        for path in PackWriter.temporaryNames(in: folder, unique: "joined") { try removeFile(path) }

        try killed.joinAll()

        #expect(try killed.everyObject() == before)
        let said = try killed.git("fsck", "--strict", "--full", "--no-dangling")
        #expect(said == "")
        #expect(try PackPair.all(in: folder).count == 1)
    }

    @Test func `a disk that is full at any write leaves everything as it was`() throws {
        let tenant = try tenantWithAllOfGitsFiles()
        let repository = tenant.repository
        let before = try repository.files()
        var failing = 0
        while true {
            var step = 0
            do {
                try repository.allJoiner().join { (reached) throws(FileError) in
                    guard reached == .writing || reached == .indexing else { return }
                    if step == failing { throw FileError("write", code: ENOSPC) }
                    step += 1
                }
                break
            } catch let error as FileError {
                #expect(error.code == ENOSPC)
                #expect(try repository.files() == before)
            }
            failing += 1
        }

        #expect(failing > 3)
        try repository.expectSound()
        #expect(try repository.packs().count == 1)
    }

    @Test(arguments: ["tmp_pack_joined", "tmp_idx_joined"])
    func `a file in the way of a temporary one leaves everything as it was`(name: String) throws {
        var tenant = try GrowingTenant()
        try tenant.run(3)
        let repository = tenant.repository
        try repository.write("objects/pack/\(name)", "in the way".utf8)
        let before = try repository.files()

        let error = #expect(throws: FileError.self) { try repository.joinAll() }

        #expect(error?.code == EEXIST)
        #expect(try repository.files() == before)
        #expect(try repository.file("objects/pack/\(name)") == Array("in the way".utf8))
    }

    @Test func `a byte that is not what it was, anywhere, is found before anything goes`() throws {
        var tenant = try GrowingTenant()
        try tenant.run(3)
        let repository = tenant.repository
        let pairs = try PackPair.all(in: tenant.packFolder)
        let before = try repository.files()
        var random = SplitMix64(seed: 47)
        for number in 0..<60 {
            let pair = pairs[number % pairs.count]
            let path = number % 2 == 0 ? "\(pair.path).pack" : "\(pair.path).idx"
            let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            // But the trailers by which both know each other, which make it no pair at all.
            let place = Int.random(in: 0..<(whole.count - 40), using: &random)
            var bytes = whole
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try replace(path, bytes)

            let folder = tenant.packFolder
            let error = #expect(throws: (any Error).self) {
                try PackJoiner(pairs, in: folder, unique: "joined").join()
            }

            #expect((error as? FileError)?.code == EIO, "\(path) at \(place)")
            #expect(try repository.files() == before)
            try replace(path, whole)
        }
        try repository.joinAll()
        try repository.expectSound()
    }

    private func replace(_ path: String, _ bytes: [UInt8]) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    private func tenantWithAllOfGitsFiles() throws -> GrowingTenant {
        var tenant = try GrowingTenant()
        try tenant.run()
        try tenant.repository.git(
            "-c", "pack.writeReverseIndex=true", "repack", "-q", "-a", "-d", "-b")
        try tenant.run()
        try tenant.repository.git("multi-pack-index", "write")
        return tenant
    }
}
