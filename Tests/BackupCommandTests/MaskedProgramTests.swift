import Foundation
import TenantSimulator
import Testing

/// `tenantkeep backup` of members that the application may list and not read.
struct MaskedProgramTests {
    @Test func `members that came without their properties are kept, and the permission is named`()
        async throws
    {
        try await withContoso { run in
            let enough = ["Group.Read.All", "GroupMember.Read.All", "AuditLog.Read.All"]
            run.tenant.grant(enough + ["User.Read.All"])
            let calm = try await run.backUp("groups/members")
            let before = try run.tree()
            run.tenant.grant(enough)

            let ending = try await run.backUp("groups/members")

            #expect(calm.status == 0, "\(calm.messages)")
            #expect(ending.status == 3, "\(ending.messages)")
            #expect(ending.messages.contains("User.Read.All"), "\(ending.messages)")
            #expect(try run.tree() == before)
        }
    }
}
