import Foundation
import TenantSimulator
import Testing

/// Lists and texts whose order means nothing, from a service that gives them in varying order.
struct OrderProgramTests {
    private static let types = "All,B2C,Config"

    @Test func `order alone is no change, whoever reads`() async throws {
        try await withContoso { run in
            let person = try #require(run.tenant.apps.first { $0.isDelegated })
            let identity = [
                "AZURE_CLIENT_ID": person.clientID, "AZURE_CLIENT_SECRET": person.secret,
            ]
            try await run.backUp(Self.types, changing: identity)
            let before = try run.tree()

            for seed in [1, 2] as [UInt64] {
                run.tenant.configure { $0.shuffleSeed = seed }
                let ending = try await run.backUp(Self.types, changing: identity)

                #expect(ending.status == 0, "\(ending.messages)")
                let changed = try run.git(
                    "--git-dir=tenant.git", "diff", "--name-only", before, "main^{tree}")
                #expect(changed == "")
            }
        }
    }

    @Test func `flags in one text are sorted, and those in order stay as Graph sent them`()
        async throws
    {
        try await withContoso { run in
            try await run.backUp("ConditionalAccess,Policies,Applications")

            let text = try run.git(
                "--git-dir=tenant.git", "grep", "-h", "-o", "-E",
                "\"(transferMethods|insiderRiskLevels|agentIdRiskLevels|guestOrExternalUserTypes"
                    + "|passkeyTypes|groupMembershipClaims)\": \"[^\"]*\"", "main")
            let lines = Set(text.split(separator: "\n").map(String.init))
            for line in [
                #""transferMethods": "authenticationTransfer,deviceCodeFlow""#,
                #""insiderRiskLevels": "elevated,minor,moderate""#,
                #""agentIdRiskLevels": "high,medium""#,
                #""guestOrExternalUserTypes": "b2bCollaborationGuest,b2bDirectConnectUser,internalGuest""#,
                #""passkeyTypes": "deviceBound,synced""#,
                #""groupMembershipClaims": "ApplicationGroup, SecurityGroup""#,
            ] {
                #expect(lines.contains(line), "\(line)")
            }
        }
    }
}
