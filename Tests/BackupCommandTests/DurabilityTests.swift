import Foundation
import TenantSimulator
import TestSupport
import Testing

/// The order in which a run's files reach the disk, by the system calls of a real run.
struct DurabilityTests {
    /// Makes a backup, or runs another subcommand, under strace.
    private func backUp(
        _ run: EndToEnd, tracing arguments: [String], changing: [String: String] = [:],
        _ words: [String] = ["backup"], whileRunning: (Process) async throws -> Void = { _ in }
    ) async throws -> Program.Ending {
        var environment = run.environment.merging(changing) { $1 }
        environment["TENANTKEEP_TYPE"] = "users,groups"
        environment["TENANTKEEP_REPO"] = changing["TENANTKEEP_REPO"] ?? "tenant.git"
        return try await run.program.run(
            ["-f", "-qq"] + arguments + [try Program.executable().path] + words + ["--json"],
            environment: environment, executable: URL(filePath: "/usr/bin/strace"),
            whileRunning: whileRunning)
    }

    /// Makes a backup, or runs another subcommand, and returns the calls that concern files.
    private func calls(
        of run: EndToEnd, changing: [String: String] = [:], _ words: [String] = ["backup"]
    ) async throws -> SystemCallTrace {
        let ending = try await backUp(
            run,
            tracing: [
                "-y", "-s", "200", "-o", "trace", "-e",
                "trace=openat,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,flock",
            ], changing: changing, words)
        #expect(ending.status == 0, "\(ending.messages)")
        return SystemCallTrace(
            try String(contentsOf: run.program.folder.appending(path: "trace"), encoding: .utf8))
    }

    @Test func `pack, index, refs and their folders are on the disk one after the other`()
        async throws
    {
        try await endToEnd(GeneratedTenant(users: 30, groups: 4, membersPerGroup: 2)) { run in
            try await run.backUp("users")

            let trace = try await calls(of: run)

            let pack = try trace.call("rename", "/tmp_pack_", "/pack-", ".pack\"")
            let index = try trace.call("rename", "/tmp_idx_", "/pack-", ".idx\"")
            let refs = try trace.call("rename", "/packed-refs.lock\"", "/packed-refs\"")
            try trace.expect(
                [
                    trace.call("flock", "/tenantkeep/lock>", "LOCK_EX|LOCK_NB"),
                    trace.call("fsync", "/tenantkeep/lock>"),
                    trace.call("openat", "/objects/pack/tmp_pack_", "O_EXCL"),
                    trace.call("fsync", "/objects/pack/tmp_pack_"),
                    pack,
                ])
            try trace.expect([trace.call("fsync", "/objects/pack/tmp_idx_"), pack, index])
            try trace.expect(
                [
                    trace.call("openat", "/objects/pack/pack-", ".keep\"", "O_EXCL"),
                    trace.call("fsync", "/objects/pack/pack-", ".keep>"),
                    pack, index,
                    trace.call("fsync", "/objects/pack>"),
                    trace.call("openat", "/packed-refs.lock\"", "O_EXCL"),
                    trace.call("fsync", "/packed-refs.lock>"),
                    refs,
                    trace.call("fsync", "/tenant.git>"),
                    trace.call("unlink", "/objects/pack/pack-", ".keep\""),
                ])
            for lock in ["refs/heads/main", "refs/tenantkeep/runs"] {
                try trace.expect(
                    [
                        trace.call("openat", "/\(lock).lock\"", "O_EXCL"), refs,
                        trace.call("unlink", "/\(lock).lock\""),
                    ])
            }
            try run.expectSound()
        }
    }

    @Test func `a loose ref goes when its copy is on the disk, and is gone before refs move`()
        async throws
    {
        try await endToEnd(GeneratedTenant(users: 5, groups: 1, membersPerGroup: 1)) { run in
            try await run.backUp("users")
            let tip = try run.git("rev-parse", "main")
            let loose = run.program.folder.appending(path: "tenant.git/refs/heads/main")
            try Data("\(tip)\n".utf8).write(to: loose)

            let trace = try await calls(of: run)

            _ = try trace.expectDurable(in: "tenant.git")
            let copied = try trace.call("rename", "/packed-refs.lock\"", "/packed-refs\"")
            let removed = try trace.call("unlink", "/refs/heads/main\"")
            try trace.expect([
                copied, trace.call("fsync", "/tenant.git>", after: copied), removed,
                trace.call("fsync", "/refs/heads>", after: removed),
                trace.call("rename", "/packed-refs.lock\"", after: removed),
            ])
            try run.expectSound()
        }
    }

    @Test func `a lock of packed-refs that somebody replaced is not used, and stays`() async throws
    {
        try await endToEnd(GeneratedTenant(users: 5, groups: 1, membersPerGroup: 1)) { run in
            try await run.backUp("users")
            let before = try run.refs()
            let folder = run.program.folder.resolvingSymlinksInPath().path
            let lock = "\(folder)/tenant.git/packed-refs.lock"
            // While its bytes are on their way to the disk.
            let ending = try await backUp(
                run,
                tracing: [
                    "-o", "trace", "-P", lock, "-e", "trace=fsync", "-e",
                    "inject=fsync:delay_enter=3000000",
                ]
            ) { process in
                while process.isRunning, !FileManager.default.fileExists(atPath: lock) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                try await Task.sleep(for: .milliseconds(500))
                try FileManager.default.removeItem(atPath: lock)
                try Data("theirs".utf8).write(to: URL(filePath: lock))
            }

            #expect(ending.status == 1, "\(ending.messages)")
            #expect(ending.messages.contains("packed-refs.lock"))
            #expect(try String(contentsOfFile: lock, encoding: .utf8) == "theirs")
            try FileManager.default.removeItem(atPath: lock)
            #expect(try run.refs() == before)
            #expect(try run.git("fsck", "--strict", "--full", "--no-dangling") == "")
        }
    }

    @Test
    func `a temporary file that somebody removed is on the disk again before it gets its name`()
        async throws
    {
        try await endToEnd(GeneratedTenant(users: 5, groups: 1, membersPerGroup: 1)) { run in
            try await run.backUp("users")
            let packs = run.program.folder.appending(path: "tenant.git/objects/pack").path
            let files = FileManager.default

            let ending = try await backUp(
                run,
                tracing: [
                    "-y", "-s", "200", "-o", "trace", "-e",
                    "trace=openat,fsync,rename,unlink", "-e", "inject=fsync:delay_enter=200000",
                ]
            ) { process in
                while process.isRunning {
                    let names = try files.contentsOfDirectory(atPath: packs)
                    if names.contains(where: { $0.hasSuffix(".keep") }) {
                        for name in names where name.hasPrefix("tmp_") {
                            try? files.removeItem(atPath: "\(packs)/\(name)")
                        }
                        return
                    }
                    try await Task.sleep(for: .milliseconds(5))
                }
            }

            #expect(ending.status == 0, "\(ending.messages)")
            let text = try String(
                contentsOf: run.program.folder.appending(path: "trace"), encoding: .utf8)
            #expect(text.contains("ENOENT") && text.contains("tmp_pack_"))
            _ = try SystemCallTrace(text).expectDurable(in: "tenant.git")
            try run.expectSound()
        }
    }

    @Test func `a HEAD that names no branch yet is set durably`() async throws {
        try await endToEnd(GeneratedTenant(users: 3, groups: 1, membersPerGroup: 1)) { run in
            try run.git("init", "--quiet", "--bare", "--initial-branch=other", "tenant.git")

            let trace = try await calls(of: run)

            #expect(try trace.expectDurable(in: "tenant.git").contains("HEAD"))
            #expect(try run.git("symbolic-ref", "HEAD") == "refs/heads/main")
        }
    }

    @Test func `a joined pack is on the disk before the packs that it replaces go`() async throws {
        try await endToEnd(GeneratedTenant(users: 5, groups: 1, membersPerGroup: 1)) { run in
            try await run.backUp("users,groups")
            for number in 0..<25 {
                let id = try run.git("hash-object", "-w", "--stdin", input: "\(number)")
                try run.git("pack-objects", "-q", "tenant.git/objects/pack/pack", input: "\(id)\n")
            }

            let trace = try await calls(of: run)

            _ = try trace.call("unlink", "/pack-", ".pack\"")
            #expect(try trace.expectDurable(in: "tenant.git").contains("objects/pack/pack"))
            #expect(try run.git("fsck", "--strict", "--full", "--no-dangling") == "")
        }
    }

    @Test func `what a fetch takes in is on the disk before anything leads to it`() async throws {
        try await withRemote(GeneratedTenant(users: 30, groups: 2, membersPerGroup: 1)) { scene in
            try scene.host.place.git("config", "uploadpack.allowFilter", "true")
            try await scene.backUp(repository: "a.git")
            try scene.change("Title", users: [1, 2])
            try await scene.backUp(repository: "a.git")
            try scene.change("Other title", users: [3])

            let partial = try await calls(of: scene.run, changing: scene.environment())
            #expect(scene.run.program.exists("tenant.git/tenantkeep/partial"))
            // So that no ref has to move, and nothing else puts the folder on the disk.
            for tag in try scene.host.place.git("tag").split(separator: "\n") {
                try scene.host.place.git("tag", "-d", String(tag))
            }
            let whole = try await calls(
                of: scene.run, changing: scene.environment(), ["fetch", scene.host.url])
            #expect(!scene.run.program.exists("tenant.git/tenantkeep/partial"))

            let names = try partial.expectDurable(in: "tenant.git")
            #expect(
                names.isSuperset(of: [
                    "HEAD", "config", "objects/pack/pack", "packed", "shallow",
                    "tenantkeep/partial",
                ]), "\(names)")
            #expect(try whole.expectDurable(in: "tenant.git").contains("objects/pack/pack"))
            for name in ["shallow", "tenantkeep/partial"] {
                let note = try partial.call("rename", "/\(name).lock\"", "/\(name)\"")
                let folder = name == "shallow" ? "/tenant.git>" : "/tenant.git/tenantkeep>"
                try partial.expect([
                    note, partial.call("fsync", folder, after: note),
                    partial.call("rename", "/received_pack_", "/pack-", after: note),
                ])
            }
            // What comes now is a thin pack.
            try scene.change("Third title", users: [4, 5])
            try await scene.backUp(repository: "a.git")
            let thin = try await calls(
                of: scene.run, changing: scene.environment(), ["fetch", scene.host.url])
            _ = try thin.call("openat", "/received_pack_", "O_EXCL")
            _ = try thin.expectDurable(in: "tenant.git")
            try scene.run.expectSound()
        }
    }

    @Test(arguments: [true, false])
    func `a new repository is on the disk before HEAD makes it one`(isRelative: Bool) async throws {
        try await endToEnd(GeneratedTenant(users: 3, groups: 1, membersPerGroup: 1)) { run in
            let folder = isRelative ? "" : run.program.folder.path + "/"
            let trace = try await calls(
                of: run, changing: ["TENANTKEEP_REPO": "\(folder)tenant.git"])

            let head = try trace.call("rename", "/HEAD.lock\"", "/HEAD\"")
            try trace.expect(
                [
                    trace.call("fsync", "/config.lock>"),
                    trace.call("rename", "/config.lock\"", "/config\""),
                    head,
                ])
            for folder in ["objects", "objects/pack", "refs", "refs/heads", "refs/tags"] {
                try trace.expect([trace.call("fsync", "/tenant.git/\(folder)>"), head])
            }
            try trace.expect([trace.call("fsync", "/HEAD.lock>"), head])
            try trace.expect([
                head, trace.call("fsync", "/tenant.git>", after: head),
                trace.call("fsync", "/\(run.program.folder.lastPathComponent)>"),
            ])
        }
    }

    @Test func `a folder that cannot be put on the disk after the refs have moved is told as that`()
        async throws
    {
        try await endToEnd(GeneratedTenant(users: 5, groups: 1, membersPerGroup: 1)) { run in
            try await run.backUp("users")
            try run.git("init", "--quiet", "--bare", "--initial-branch=main", "far.git")
            let before = try run.refs()
            // The path as the system has it: links in it are resolved.
            let folder = run.program.folder.resolvingSymlinksInPath().path
            let ending = try await backUp(
                run,
                tracing: [
                    "-o", "trace", "-P", "\(folder)/tenant.git", "-e", "trace=fsync", "-e",
                    "inject=fsync:error=EIO",
                ], changing: ["TENANTKEEP_PUSH": "\(folder)/far.git"])

            #expect(ending.status == 1)
            #expect(ending.messages.contains("it is not certain that they are on the disk"))
            #expect(!ending.messages.contains("as it was"))
            let after = try run.refs()
            #expect(after["refs/heads/main"] != before["refs/heads/main"])
            #expect(try run.refs(in: "far.git") == after)
            #expect(try ending.document()["exitStatus"] as? Int == 1)
            try run.expectSound()
        }
    }

    @Test func `a fetch whose folder cannot be put on the disk fails although its refs have moved`()
        async throws
    {
        try await endToEnd(GeneratedTenant(users: 5, groups: 1, membersPerGroup: 1)) { run in
            try await run.backUp("users")
            let folder = run.program.folder.resolvingSymlinksInPath().path
            try run.git("clone", "--quiet", "--mirror", "\(folder)/tenant.git", "far.git")
            try await run.backUp("groups")
            let after = try run.refs()
            try run.git(
                "--git-dir", "\(folder)/tenant.git", "push", "--quiet", "--mirror",
                "\(folder)/far.git")
            try run.git(
                "--git-dir", "\(folder)/tenant.git", "update-ref", "refs/heads/main", "main~1")
            // A loose ref would be moved first.
            try run.git("--git-dir", "\(folder)/tenant.git", "pack-refs", "--all")
            let ending = try await backUp(
                run,
                tracing: [
                    "-o", "trace", "-P", "\(folder)/tenant.git", "-e", "trace=fsync", "-e",
                    "inject=fsync:error=EIO",
                ], ["fetch", "\(folder)/far.git"])

            #expect(ending.status == 1, "\(ending.messages)")
            #expect(ending.messages.contains("it is not certain that they are on the disk"))
            #expect(try ending.document()["exitStatus"] as? Int == 1)
            #expect(try run.refs()["refs/heads/main"] == after["refs/heads/main"])
        }
    }
}
