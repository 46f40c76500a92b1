import BackupEngine
import FoundationEssentials
import GitObjects
import GraphCatalog
import TestSupport
import Testing

/// A small catalog with every shape: collection with children, narrowed collection, singleton,
/// single file.
let people = GraphResource(
    "people", path: "people", folder: "People", groups: ["All", "People"],
    permissions: Permissions("People.Read.All"), auditNouns: ["user"])
let teams = GraphResource(
    "teams", path: "teams", folder: "Teams", groups: ["All", "Teams"],
    permissions: Permissions("Teams.Read.All"),
    narrowings: [
        Narrowing(
            groups: ["Config"], filter: "kinds/any(k:k eq 'Dynamic')",
            covers: .array(member: "kinds", contains: "Dynamic"))
    ],
    children: [
        GraphResource(
            "teams/members", path: "members", folder: "Members", groups: ["All", "Teams"],
            permissions: Permissions("Teams.Read.All"))
    ])
let policy = GraphResource(
    "policy", path: "policies/access", answer: .object, folder: "Policies/Access",
    groups: ["All", "Config"], permissions: Permissions("Policy.Read.All"))
let organization = GraphResource(
    "organization", path: "organization", folder: "Organization/Organization.json",
    groups: ["All", "Config"], permissions: Permissions("Organization.Read.All"))

func all(_ resources: GraphResource...) -> [SelectedResource] {
    resources.map { resource in
        SelectedResource(resource, children: resource.children.map { SelectedResource($0) })
    }
}

func item(_ id: String, _ rest: String = "") -> String {
    "{\"id\":\"\(id)\"\(rest.isEmpty ? "" : ",\(rest)")}"
}

func items(_ range: Range<Int>) -> [String] {
    range.map { item("id-\($0)", "\"displayName\":\"Number \($0)\"") }
}

/// One repository and the runs made on it, a day apart.
final class Runs {
    let repository: TemporaryRepository
    private(set) var day = 0

    init() throws {
        repository = try TemporaryRepository()
    }

    @discardableResult
    func run(
        _ tenant: RecordedTenant, _ selection: [SelectedResource],
        _ change: (inout BackupOptions) -> Void = { _ in },
        authors: @escaping @Sendable (Int) -> Authors? = { _ in nil }
    ) async throws -> BackupResult {
        try await run(from: tenant, selection, change, authors: authors)
    }

    @discardableResult
    func run(
        from tenant: some GraphSource, _ selection: [SelectedResource],
        _ change: (inout BackupOptions) -> Void = { _ in },
        authors: @escaping @Sendable (Int) -> Authors? = { _ in nil },
        sleep: @escaping @Sendable (Date) async throws -> Void = { _ in }, minutes: Double = 0.15,
        isAttribution: Bool = false
    ) async throws -> BackupResult {
        day += 1
        var options = BackupOptions(
            repository: repository.path, branch: try #require(RefName.branch("main")), root: .top,
            selection: selection, tenant: "11111111-1111-1111-1111-111111111111",
            identityName: "Tenantkeep", identityEmail: "tenantkeep@localhost",
            start: Date(timeIntervalSince1970: 1_790_000_000 + Double(day) * 86_400),
            version: "test")
        change(&options)
        let end = options.start.addingTimeInterval(60 * minutes)
        let backup = Backup(from: tenant, options, now: { end }, sleep: sleep, authors: authors)
        return isAttribution ? try await backup.attributeLast() : try await backup.run()
    }

    func git(_ arguments: String...) throws -> String {
        switch arguments.count {
        case 1: try repository.git(arguments[0])
        case 2: try repository.git(arguments[0], arguments[1])
        case 3: try repository.git(arguments[0], arguments[1], arguments[2])
        default: try repository.git(arguments[0], arguments[1], arguments[2], arguments[3])
        }
    }

    var files: [String] {
        get throws {
            try repository.git("ls-tree", "-r", "-z", "--name-only", "main")
                .split(separator: "\0").map(String.init)
        }
    }

    /// Fails if git finds anything to say about the repository.
    func expectSound() throws {
        #expect(try repository.git("fsck", "--strict", "--full") == "")
    }
}
