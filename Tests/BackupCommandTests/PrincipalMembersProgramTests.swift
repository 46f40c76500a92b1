import TenantSimulator
import Testing

/// Members and owners that are service principals, which plain lists of v1.0 leave out.
struct PrincipalMembersProgramTests {
    private static let group = "72703273-1130-4de0-ac6b-75f8397b71fd"
    private static let otherGroup = "1a0e174e-f81e-4b7b-ab4b-23ebbe4443a7"
    private static let role = "884674b8-4565-4025-abe6-a77b30c8fe5c"
    private static let robot = "233a2868-5cab-4538-a12d-6d0dd921eca8"
    private static let connector = "69cd10b7-bf39-4df1-8bf7-79d6b71539d7"

    private func files(_ run: EndToEnd) throws -> Set<String> {
        let names = try run.git("--git-dir=tenant.git", "ls-tree", "-r", "--name-only", "main")
        return Set(names.split(separator: "\n").map(String.init))
    }

    @Test func `they are in the backup, and so is everybody else`() async throws {
        try await withContoso { run in
            let ending = try await run.backUp(
                "Groups,directoryRoles,applications,servicePrincipals,administrativeUnits")

            #expect(ending.status == 0, "\(ending.messages)")
            let files = try files(run)
            let (group, role, robot, connector) = (
                Self.group, Self.role, Self.robot, Self.connector
            )
            for file in [
                "Groups/\(group)/Members/\(robot)/\(robot).json",
                "Groups/\(group)/Owners/\(connector)/\(connector).json",
                "DirectoryRoles/\(role)/Members/\(robot)/\(robot).json",
                "ServicePrincipals/\(robot)/Owners/\(connector)/\(connector).json",
            ] {
                #expect(files.contains(file), "\(file)")
            }
            #expect(files.count { $0.hasPrefix("Groups/\(group)/Members/") } == 4)
            #expect(files.count { $0.hasPrefix("DirectoryRoles/\(role)/Members/") } == 3)
            let plant = "Groups/e482a84c-27cf-45fa-a748-fc97e3630f82/Members/"
            let kinds = try files.filter { $0.hasPrefix(plant) }.map { file in
                try run.git("--git-dir=tenant.git", "cat-file", "blob", "main:\(file)")
                    .matches(of: /#microsoft\.graph\.(\w+)/).map { String($0.output.1) }
            }
            #expect(Set(kinds.joined()) == ["user", "device", "orgContact"])
        }
    }

    @Test func `who adds or removes one is its author`() async throws {
        try await withContoso { run in
            try await run.backUp("Groups,directoryRoles,users")
            try run.tenant.play(
                Scenario(
                    parsing: """
                        {"actors": {"nestor": {"user": "NestorW@contoso.onmicrosoft.com"}},
                         "changes": [
                          {"at": "now", "actor": "nestor", "remove": "groups/\(Self.group)/members",
                           "reference": "\(Self.robot)"},
                          {"at": "now", "actor": "nestor", "add": "groups/\(Self.otherGroup)/owners",
                           "reference": "\(Self.connector)"},
                          {"at": "now", "actor": "nestor",
                           "add": "directoryRoles/\(Self.role)/members",
                           "reference": "\(Self.connector)"}]}
                        """))

            let ending = try await run.backUp("Groups,directoryRoles,users")

            #expect(ending.status == 0, "\(ending.messages)")
            let log = try run.git(
                "--git-dir=tenant.git", "log", "-1", "--name-status", "--format=%an", "main")
            let (robot, connector) = (Self.robot, Self.connector)
            #expect(
                log.split(separator: "\n").map(String.init) == [
                    "Nestor Wilke",
                    "A\tDirectoryRoles/\(Self.role)/Members/\(connector)/\(connector).json",
                    "A\tGroups/\(Self.otherGroup)/Owners/\(connector)/\(connector).json",
                    "D\tGroups/\(Self.group)/Members/\(robot)/\(robot).json",
                ])
        }
    }
}
