import Crypto
import Foundation
import GraphCatalog
import TenantSimulator
import Testing
import YAMLDocument

@testable import BackupCommand

/// What `tenantkeep init` prints: that it is what its readers read, and does what it says.
struct InitProgramTests {
    private func template(
        _ what: String, _ arguments: String..., environment: [String: String] = [:],
        from program: Program
    ) async throws -> String {
        let ending = try await program.run(
            ["init", what] + arguments, environment: environment)
        try #require(ending.status == 0, "\(ending.messages)")
        #expect(ending.messages.isEmpty)
        return ending.output
    }

    // MARK: All

    @Test(arguments: Template.allCases)
    func `a template is the same in an agent's log, and holds no command for it`(
        template what: Template
    ) async throws {
        let program = try Program()

        let plain = try await template(what.rawValue, from: program)
        let agent = try await template(
            what.rawValue, environment: ["TF_BUILD": "True"], from: program)
        let json = try await program.run("init", what.rawValue, "--json")

        #expect(plain == agent)
        #expect(plain.hasSuffix("\n") && !plain.hasSuffix("\n\n"))
        #expect(!plain.contains("##vso[") && !plain.contains("##["))
        #expect(!plain.split(separator: "\n").contains { $0.hasPrefix("::") })
        #expect(try json.document()["content"] as? String == plain)
        #expect(try json.document()["name"] as? String == what.fileName)
    }

    @Test func `an unknown template ends with 2 and the nearest`() async throws {
        let ending = try await Program().run("init", "azure-pipeline")

        #expect(ending.status == 2)
        #expect(ending.output.isEmpty)
        #expect(ending.messages.contains("Did you mean azure-pipelines?"))
    }

    @Test func `an unknown type gets into no template`() async throws {
        let ending = try await Program().run("init", "azure-pipelines", "--type", "usres")

        #expect(ending.status == 2)
        #expect(ending.messages.contains("Did you mean users?"))
    }

    // MARK: Pipelines

    /// One step of a pipeline.
    private struct Step {
        let script: String
        let environment: [String: String]
    }

    /// The members of a mapping by their keys.
    private func members(_ node: YAMLNode?) throws -> [String: YAMLNode] {
        guard case .mapping(let members) = try #require(node).content else {
            throw Unreadable()
        }
        return Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) })
    }

    private func elements(_ node: YAMLNode?) throws -> [YAMLNode] {
        guard case .sequence(let nodes) = try #require(node).content else { throw Unreadable() }
        return nodes
    }

    private func text(_ node: YAMLNode?) throws -> String {
        guard case .scalar(let scalar) = try #require(node).content else { throw Unreadable() }
        return scalar.text
    }

    private struct Unreadable: Error {}

    private func step(_ node: YAMLNode, script key: String) throws -> Step? {
        let step = try members(node)
        guard step[key] != nil else { return nil }
        let environment = try step["env"].map { try members($0).mapValues { try text($0) } }
        return Step(script: try text(step[key]), environment: environment ?? [:])
    }

    private func azureSteps(_ yaml: String) throws -> [Step] {
        let root = try members(try YAMLDocument(Array(yaml.utf8)).root)
        #expect(try text(root["trigger"]) == "none")
        let schedule = try members(try elements(root["schedules"]).first)
        #expect(try text(schedule["cron"]) == "0 2 * * *")
        #expect(try text(schedule["always"]) == "true")
        let job = try members(try elements(root["jobs"]).first)
        let steps = try elements(job["steps"])
        #expect(try text(members(steps.first)["checkout"]) == "none")
        return try steps.compactMap { try step($0, script: "bash") }
    }

    private func githubSteps(_ yaml: String) throws -> [Step] {
        let root = try members(try YAMLDocument(Array(yaml.utf8)).root)
        let permissions = try members(root["permissions"]).mapValues { try text($0) }
        #expect(permissions == ["id-token": "write", "contents": "write", "issues": "write"])
        let job = try members(members(root["jobs"])["backup"])
        let steps = try elements(job["steps"])
        #expect(try steps.allSatisfy { try members($0)["uses"] == nil })
        return try steps.compactMap { try step($0, script: "run") }
    }

    /// A place with a program that says what it was called with and ends as it is told to.
    private func agent(_ program: Program, status: Int) throws -> (Shell, url: String, hash: String)
    {
        let shell = Shell(folder: program.folder)
        let script = """
            #!/bin/sh
            echo "called: $*"
            env | grep -E '^(AZURE|TENANTKEEP|SYSTEM|PIPELINE|GITHUB)' | sort >environment.txt
            exit \(status)
            """
        try shell.write(script, to: "release/tenantkeep")
        try FileManager.default.createDirectory(
            at: program.folder.appending(path: "temp"), withIntermediateDirectories: true)
        let hash = SHA256.hash(data: Data(script.utf8)).map { String(format: "%02x", $0) }.joined()
        return (shell, "file://\(program.folder.path)/release/tenantkeep", hash)
    }

    /// Fills variables in as the agent does: `$(name)`, those it does not know stay.
    private func filled(_ step: Step, _ values: [String: String]) -> [String: String] {
        step.environment.mapValues { text in
            values.reduce(text) { $0.replacing("$(\($1.key))", with: $1.value) }
        }
    }

    private static let agentCommands = [
        0: [], 1: ["##vso[task.logissue type=error]"], 4: ["##vso[task.logissue type=error]"],
        3: [
            "##vso[task.logissue type=warning]", "##vso[task.complete result=SucceededWithIssues;]",
        ],
    ]

    @Test(arguments: [0, 1, 3, 4])
    func `a pipeline of Azure DevOps fetches the program, runs it and tells how it ended`(
        status: Int
    ) async throws {
        let program = try Program()
        let yaml = try await template(
            "azure-pipelines", "--type", "Config,Users", "--exclude", "devices", from: program)
        let steps = try azureSteps(yaml)
        let (shell, url, hash) = try agent(program, status: status)
        let values = [
            "tenantId": "t-1", "clientId": "c-1", "serviceConnectionId": "s-1",
            "remoteUrl": "https://dev.azure.com/o/p/_git/r", "programUrl": url,
            "programSha256": hash, "System.AccessToken": "job-token",
            "System.OidcRequestUri": "https://oidc.example/x",
        ]
        let machine = ["AGENT_TEMPDIRECTORY": program.folder.appending(path: "temp").path]
        try #require(steps.count == 2)

        let fetch = try shell.run(
            steps[0].script, environment: machine.merging(filled(steps[0], values)) { $1 })
        let backup = try shell.run(
            steps[1].script, environment: machine.merging(filled(steps[1], values)) { $1 })

        #expect(fetch.status == 0, "\(fetch.output)")
        #expect(backup.status == (status == 3 ? 0 : Int32(status)), "\(backup.output)")
        #expect(
            backup.output.contains(
                "called: backup --type Config,Users --exclude devices --repo "))
        for command in Self.agentCommands[status] ?? [] {
            #expect(backup.output.contains("\n\(command)"))
        }
        #expect(backup.output.contains("##vso") == (status != 0))
        let environment = try shell.text(of: "environment.txt").split(separator: "\n")
        #expect(
            Set(environment).isSuperset(of: [
                "AZURE_TENANT_ID=t-1", "AZURE_CLIENT_ID=c-1",
                "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID=s-1", "SYSTEM_ACCESSTOKEN=job-token",
                "SYSTEM_OIDCREQUESTURI=https://oidc.example/x",
                "TENANTKEEP_PUSH=https://dev.azure.com/o/p/_git/r",
            ]))
    }

    @Test(arguments: ["value", "hash"])
    func `a pipeline of Azure DevOps does not begin with what is missing or wrong`(
        mistake: String
    ) async throws {
        let program = try Program()
        let steps = try azureSteps(try await template("azure-pipelines", from: program))
        let (shell, url, hash) = try agent(program, status: 0)
        let values = [
            "tenantId": mistake == "value" ? "<ID of the tenant>" : "t-1", "clientId": "c-1",
            "serviceConnectionId": "s-1", "remoteUrl": "https://r.example", "programUrl": url,
            "programSha256": mistake == "hash" ? String(hash.reversed()) : hash,
        ]

        let fetch = try shell.run(
            steps[0].script,
            environment: filled(steps[0], values).merging(
                ["AGENT_TEMPDIRECTORY": program.folder.appending(path: "temp").path]) { $1 })

        #expect(fetch.status != 0)
        #expect(
            fetch.output.contains(
                mistake == "value" ? "Fill in the variables" : "did NOT match"))
    }

    @Test(arguments: [0, 1, 3, 4])
    func `a workflow of GitHub fetches the program, runs it and tells how it ended`(
        status: Int
    ) async throws {
        let program = try Program()
        let steps = try githubSteps(try await template("github-actions", from: program))
        let (shell, url, hash) = try agent(program, status: status)
        var machine = ["RUNNER_TEMP": program.folder.appending(path: "temp").path]
        machine["PROGRAM_URL"] = url
        machine["PROGRAM_SHA256"] = hash
        try #require(steps.count == 3)
        #expect(
            steps[1].environment["TENANTKEEP_PUSH"]
                == "${{ github.server_url }}/${{ github.repository }}.git")
        #expect(steps[1].environment["GITHUB_TOKEN"] == "${{ github.token }}")

        let fetch = try shell.run(steps[0].script, environment: machine)
        let backup = try shell.run(steps[1].script, environment: machine)

        #expect(fetch.status == 0, "\(fetch.output)")
        #expect(backup.status == (status == 3 ? 0 : Int32(status)), "\(backup.output)")
        #expect(backup.output.contains("called: backup --type Config --repo "))
        #expect(backup.output.contains("\n::warning::") == (status == 3))
        #expect(backup.output.contains("\n::error::") == [1, 4].contains(status))
    }

    @Test(arguments: ["", "7"])
    func `a workflow of GitHub opens one issue, and then adds to it`(number: String) async throws {
        let program = try Program()
        let steps = try githubSteps(try await template("github-actions", from: program))
        let shell = Shell(folder: program.folder)
        try shell.write(
            """
            #!/bin/sh
            echo "$*" >>gh.txt
            [ "$2" != list ] || echo \(number)
            """, to: "bin/gh")

        let ending = try shell.run(
            steps[2].script, environment: ["RUN_URL": "https://run.example"],
            programs: program.folder.appending(path: "bin").path)

        #expect(ending.status == 0, "\(ending.output)")
        let calls = try shell.text(of: "gh.txt").split(separator: "\n")
        #expect(calls.count == 2)
        #expect(
            calls.last?.hasPrefix(number.isEmpty ? "issue create --title" : "issue comment 7")
                == true)
        #expect(calls.last?.contains("https://run.example") == true)
    }

    // MARK: systemd

    @Test func `the systemd script installs units that systemd accepts, and keeps settings`()
        async throws
    {
        let program = try Program()
        let script = try await template("systemd", "--type", "Config,Users", from: program)
        let shell = Shell(folder: program.folder)
        let destination = ["DESTDIR": program.folder.appending(path: "root").path]

        let first = try shell.run(script, with: ["sh"], environment: destination)
        try shell.write("mine\n", to: "root/etc/tenantkeep/environment")
        let second = try shell.run(script, with: ["sh"], environment: destination)

        #expect(first.status == 0, "\(first.output)")
        #expect(second.status == 0, "\(second.output)")
        #expect(try shell.text(of: "root/etc/tenantkeep/environment") == "mine\n")
        let settings = try ConfigurationFile(
            Array(try shell.text(of: "root/etc/tenantkeep/tenantkeep.yaml").utf8), at: "x"
        ).settings
        #expect(settings.list(.type) == ["Config", "Users"])
        _ = try BackupRequest(settings)
        let service = try shell.text(of: "root/etc/systemd/system/tenantkeep.service")
        #expect(service.contains("\nSuccessExitStatus=3\n"))
        #expect(service.contains("\nOnFailure=tenantkeep-failed@%n.service\n"))
    }

    // MARK: Configuration

    @Test func `the configuration is accepted by the program, with every key`() async throws {
        let program = try Program()
        let text = try await template("config", "--type", "Config,Users", from: program)
        try program.write(text, to: "tenantkeep.yaml")

        let types = try await program.run("types", "--json")

        #expect(types.status == 0, "\(types.messages)")
        let settings = try ConfigurationFile(Array(text.utf8), at: "x").settings
        #expect(settings.list(.type) == ["Config", "Users"])
        _ = try BackupRequest(settings)
        _ = try Notifications(settings)
        // What is commented out is right, too.
        let whole = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let bare = line.dropFirst(line.hasPrefix("# ") ? 2 : 0)
            let isKey = ConfigurationFile.keys.contains { bare.hasPrefix("\($0):") }
            return isKey || bare.hasPrefix("  ") ? String(bare) : String(line)
        }.joined(separator: "\n")
        let all = try ConfigurationFile(Array(whole.utf8), at: "x").settings
        #expect(all.text(.branch) == "main" && all.text(.identityName) == "Tenantkeep")
        #expect(all.text(.notifyForm) == "json")
        for key in ConfigurationFile.keys where key != "endpoints" && key != "customTypes" {
            #expect(whole.contains("\n\(key):"), "\(key)")
        }
    }

    // MARK: Permissions

    /// A stand-in for `az`, for a tenant with an application that holds one permission already.
    private static let az = #"""
        #!/usr/bin/env python3
        import json, re, sys
        args = sys.argv[1:]
        def option(name):
            return args[args.index(name) + 1] if name in args else ""
        with open("az.txt", "a") as log:
            log.write(json.dumps(args) + "\n")
        if args[:3] == ["ad", "sp", "show"]:
            query = option("--query")
            if query == "id":
                print("service" if option("--id").startswith("00000003") else "principal-" + option("--id"))
            else:
                name = re.fullmatch(r"appRoles\[\?value=='([\w.]+)' && contains\(allowedMemberTypes, 'Application'\)\]\.id", query)[1]
                print("role-" + name)
        elif args[0] == "rest" and option("--method") == "get":
            print("role-AuditLog.Read.All")
        elif args[:2] == ["account", "show"]:
            print("tenant")
        """#

    @Test(arguments: ["Config", "Config,IAM"])
    func `the permission script grants what the types need and the application lacks`(
        types: String
    ) async throws {
        let program = try Program()
        let script = try await template(
            "permissions", "--type", types, environment: ["AZURE_CLIENT_ID": "app-1"],
            from: program)
        let shell = Shell(folder: program.folder)
        try shell.write(Self.az, to: "bin/az")

        let ending = try shell.run(
            script, with: ["bash"], programs: program.folder.appending(path: "bin").path)

        #expect(ending.status == 0, "\(ending.output)")
        let calls = try shell.text(of: "az.txt").split(separator: "\n").map {
            try JSONDecoder().decode([String].self, from: Data($0.utf8))
        }
        let bodies = try calls.filter { $0.contains("post") }.map { call in
            let body = try #require(call.firstIndex(of: "--body"))
            return try #require(
                try JSONSerialization.jsonObject(with: Data(call[body + 1].utf8))
                    as? [String: String])
        }
        let selection = try Selection(flags([.type: [types]]), from: GraphResource.all)
        let table = TypeTable(selection.resources)
        let needed = Set(table.permissions + table.auditPermissions)
        #expect(
            Set(bodies.compactMap { $0["appRoleId"] })
                == Set(needed.map { "role-\($0)" })
                .subtracting(["role-AuditLog.Read.All"]))
        #expect(bodies.count > 10)
        #expect(bodies.allSatisfy { $0["principalId"] == "principal-app-1" })
        #expect(bodies.allSatisfy { $0["resourceId"] == "service" })
        let urls = calls.filter { $0.contains("post") }.compactMap { call in
            call.firstIndex(of: "--url").map { call[$0 + 1] }
        }
        #expect(
            Set(urls) == [
                "https://graph.microsoft.com/v1.0/servicePrincipals/principal-app-1/appRoleAssignments"
            ])
        #expect(ending.output.contains("AuditLog.Read.All: granted before"))
        let roles = calls.filter { $0.starts(with: ["role", "assignment", "create"]) }
        #expect(roles.count == (types == "Config" ? 0 : 1))
        #expect(
            roles.first?.contains("/providers/Microsoft.Management/managementGroups/tenant")
                ?? true)
    }

    @Test func `the permission script asks for the application, and for its cloud's Graph`()
        async throws
    {
        let program = try Program()
        let script = try await template("permissions", "--cloud", "usgov", from: program)
        let shell = Shell(folder: program.folder)

        let ending = try shell.run(script, with: ["bash"])

        #expect(ending.status != 0)
        #expect(ending.output.contains("Set AZURE_CLIENT_ID"))
        #expect(script.contains("graph=https://graph.microsoft.us/v1.0\n"))
    }
}
