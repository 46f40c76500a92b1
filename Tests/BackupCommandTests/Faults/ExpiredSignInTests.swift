import TenantSimulator
import TestSupport
import Testing

@testable import BackupCommand
@testable import BackupEngine

/// A credential that is refused after some of the tenant was read.
struct ExpiredSignInTests {
    @Test func `what was read is published, and the rest kept with the reason`() async throws {
        try await FaultScene.play { scene in
            let repository = try TemporaryRepository()
            // The token dies while the owners are read, and there is no other.
            scene.tenant.inject(Fault(.expireToken, path: "$batch", times: 1))
            scene.tenant.inject(Fault(.status(401), path: "token", skip: 1))

            let ending = try await scene.backUp(
                [FaultShape.children.selection[0]], into: repository)

            #expect(ending.status == .incomplete, "\(ending.message)")
            #expect(try ending.type("groups").outcome == .complete)
            #expect(try ending.type("groups/owners").outcome == .kept)
            #expect(
                try ending.type("groups/owners").reason?
                    .contains("Entra refused the sign-in of application app") == true)
            #expect(try ending.type("groups").created == 5)
        }
    }

    @Test func `a refusal before anything was read ends the run`() async throws {
        try await FaultScene.play { scene in
            let repository = try TemporaryRepository()
            scene.tenant.inject(Fault(.expireToken, path: "groups", times: 1))
            scene.tenant.inject(Fault(.status(401), path: "token", skip: 1))

            let ending = try await scene.backUp(
                [FaultShape.children.selection[0]], into: repository)

            #expect(ending.status == .refused, "\(ending.message)")
            #expect(ending.record == nil)
        }
    }
}
