import Foundation
import TenantSimulator
import TestSupport
import Testing

@testable import BackupCommand
@testable import BackupEngine

/// A backup never lies about absence, whatever goes wrong on the way.
///
/// One case at a time: hundreds of servers and clients at once have more files open than Foundation
/// starts a process beside.
@Suite(.serialized)
struct FaultMatrixTests {
    @Test(arguments: Injury.matrix)
    func `no fault looks like a deletion`(injury: Injury, shape: FaultShape) async throws {
        try await FaultScene.play { scene in
            let (repository, calm) = try await CalmBackups.all.copy(of: shape, made: scene)
            let struck = try await scene.backUp(shape, into: repository, meeting: injury)
            let other = try TemporaryRepository()
            let first = try await scene.backUp(shape, into: other, meeting: injury)
            let second = try await scene.backUp(shape.selection, into: other)

            try expect(struck, injury.expected(of: shape, isFirst: false), shape)
            #expect(struck.tree == calm.tree && struck.changes.isEmpty)
            try expect(first, injury.expected(of: shape, isFirst: true), shape)
            #expect(first.tree == calm.tree || injury.ending(of: shape) != .passes)
            // The first run noted no absence, so the next creates what is missing, and no more.
            #expect(second.status == .done && second.tree == calm.tree, "\(second.message)")
            #expect(second.changes.values.allSatisfy { $0[1] == 0 && $0[2] == 0 })
        }
    }

    @Test(arguments: Injury.some, FaultShape.allCases)
    func `a deletion elsewhere is still seen`(injury: Injury, shape: FaultShape) async throws {
        try await FaultScene.play { scene in
            let (repository, _) = try await CalmBackups.all.copy(of: shape, made: scene)
            try scene.tenant.play(
                Scenario(parsing: #"{"changes":[{"delete":"domains/domain-1.example"}]}"#))
            let struck = try await scene.backUp(shape, into: repository, meeting: injury)
            let truth = try await scene.backUp(shape.selection, into: TemporaryRepository())

            try expect(struck, injury.expected(of: shape, isFirst: false), shape)
            #expect(struck.changes == ["domains": [0, 0, 1]])
            #expect(struck.tree == truth.tree)
        }
    }

    private func expect(
        _ ending: FaultScene.Ending, _ expected: (TypeRecord.Outcome, BackupCommand.ExitStatus),
        _ shape: FaultShape
    ) throws {
        let (outcome, status) = expected
        let type = try ending.type(shape.type)
        #expect(type.outcome == outcome, "\(ending.message)")
        #expect(ending.status == status, "\(ending.message)")
        #expect((type.reason == nil) == (outcome == .complete))
        #expect(try ending.type("domains").outcome == .complete)
    }
}

/// The first backup of each shape, made once: the tenant is always the same.
private actor CalmBackups {
    static let all = CalmBackups()

    private var made: [FaultShape: (TemporaryRepository, FaultScene.Ending)] = [:]

    /// Returns a copy, and how its run ended.
    func copy(
        of shape: FaultShape, made scene: FaultScene
    ) async throws -> (TemporaryRepository, FaultScene.Ending) {
        if made[shape] == nil {
            let repository = try TemporaryRepository()
            let ending = try await scene.backUp(shape.selection, into: repository)
            #expect(ending.status == .done, "\(ending.message)")
            made[shape] = (repository, ending)
        }
        let (original, ending) = try #require(made[shape])
        let copy = try TemporaryRepository()
        try FileManager.default.copyItem(atPath: original.path, toPath: copy.path)
        return (copy, ending)
    }
}

extension FaultScene {
    fileprivate func backUp(
        _ shape: FaultShape, into repository: TemporaryRepository, meeting injury: Injury
    ) async throws -> Ending {
        let faults = shape.paths.map {
            tenant.inject(
                Fault(injury.effect, path: $0, skip: injury.skip, times: injury.times))
        }
        let ending = try await backUp(shape.selection, into: repository)
        #expect(faults.contains { tenant.strikes(of: $0) > 0 })
        tenant.removeFaults()
        return ending
    }
}
