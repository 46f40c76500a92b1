import Foundation
import TenantSimulator
import Testing

/// `tenantkeep backup` of answers that do not say all there is, or that there is nothing to say.
struct AnswerProgramTests {
    @Test(arguments: ["long", "odd", "counted"])
    func `Azure's lists are read to the end that they have`(fault: String) async throws {
        try await withContoso { run in
            try await run.backUp("IAM,organization")
            let before = try run.tree()
            run.tenant.configure { $0.pageSize = 1 }
            let effect: Fault.Effect =
                switch fault {
                case "long": .longLink(bytes: 1 << 16)
                case "odd": .oddLink
                default: .wrongCount(by: 1)
                }
            let id = run.tenant.inject(Fault(effect, path: "arm/subscriptions"))

            let ending = try await run.backUp("IAM,organization")

            #expect(ending.status == (fault == "long" ? 0 : 3), "\(ending.messages)")
            #expect(try run.tree() == before)
            #expect(run.tenant.strikes(of: id) > 0)
        }
    }

    @Test func `users that a list leaves out, and that are there by their IDs, are kept`()
        async throws
    {
        try await withContoso { run in
            try await run.backUp("Users,organization")
            let before = try run.tree()
            run.tenant.configure { $0.pageSize = 3 }
            run.tenant.inject(Fault(.missingLink, path: "users"))

            let ending = try await run.backUp("Users,organization")

            #expect(ending.status == 3)
            #expect(ending.messages.contains("objects that are still there"), "\(ending.messages)")
            #expect(try run.tree() == before)
        }
    }

    @Test func `what the tenant or the cloud does not have is skipped, whatever it is called`()
        async throws
    {
        let faults = [
            ("identity/apiConnectors", 400, "Resource not found for the segment 'apiConnectors'."),
            ("admin/sharepoint/settings", 400, "The tenant does not have a SPO license."),
            (
                "roleManagement/deviceManagement/roleDefinitions", 400,
                "Request not applicable to target tenant."
            ),
        ]
        try await withContoso { run in
            for (path, status, message) in faults {
                run.tenant.inject(
                    Fault(.status(status, code: "BadRequest", message: message), path: path))
            }
            run.tenant.inject(
                Fault(
                    .status(
                        403, code: "NoLicense",
                        message: "The tenant does not meet license requirement."),
                    path: "identityGovernance/entitlementManagement/settings"))

            let types =
                "apiConnectors,sharepointSettings,entitlementManagementSettings,"
                + "intuneRoleDefinitions,domains"
            let ending = try await run.backUp(types)

            #expect(ending.status == 0, "\(ending.messages)")
            let records = try #require(try ending.document()["types"] as? [String: [String: Any]])
            for name in types.split(separator: ",").map(String.init).dropLast() {
                #expect(records[name]?["outcome"] as? String == "skipped")
                let reason = try #require(records[name]?["reason"] as? String)
                #expect(reason.contains("): t"), "\(reason)")
            }
            #expect(records["domains"]?["outcome"] as? String == "complete")
        }
    }

    @Test func `an unknown 400 says what the service says, and how to leave the type out`()
        async throws
    {
        try await withContoso { run in
            run.tenant.inject(
                Fault(
                    .status(400, code: "BadRequest", message: "Write requests are not your thing."),
                    path: "policies/authorizationPolicy"))

            let ending = try await run.backUp("authorizationPolicy,domains")

            #expect(ending.status == 3)
            #expect(ending.messages.contains("Write requests are not your thing."))
            #expect(ending.messages.contains("--exclude"), "\(ending.messages)")
        }
    }
}
