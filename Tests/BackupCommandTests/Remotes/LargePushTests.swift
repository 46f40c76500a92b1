import Foundation
import TenantSimulator
import TestSupport
import Testing

/// Pushes and fetches of more than fits into what the program may use of memory.
struct LargePushTests {
    /// Bytes of what is pushed; `make soak` asks for a gigabyte.
    private static let megabytes =
        ProcessInfo.processInfo.environment["TENANTKEEP_TEST_PUSH"].flatMap { Int($0) } ?? 192

    /// A repository of files that cannot be compressed, in the program's working folder.
    private func fill(_ name: String, in scene: RemoteScene) throws {
        let script = """
            import os, sys
            put = sys.stdout.buffer.write
            put(b"commit refs/heads/main\\ncommitter A <a@b.c> 1793498400 +0000\\ndata 1\\nx\\n")
            for number in range(\(Self.megabytes * 2)):
                put(b"M 100644 inline Users/%d.json\\ndata 524288\\n" % number)
                put(os.urandom(524288) + b"\\n")
            """
        let path = scene.run.program.folder.appending(path: name).path
        let git = "git -c core.compression=0 --git-dir=\"$1\""
        try scene.host.place.run([
            "sh", "-c",
            "git init -q --bare -b main \"$1\" && python3 -c \"$2\" | \(git) fast-import --quiet",
            "sh", path, script,
        ])
    }

    /// The most memory that a process has had, in megabytes, but for files that it looks at.
    private func peak(of process: Process) async throws -> Int {
        var peak = 0
        let path = "/proc/\(process.processIdentifier)/status"
        while process.isRunning, let text = try? String(contentsOfFile: path, encoding: .utf8) {
            let line = text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
            let kilobytes = line?.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first
            peak = max(peak, (kilobytes ?? 0) / 1_024)
            try await Task.sleep(for: .milliseconds(5))
        }
        return peak
    }

    @Test func `a first push and a fetch of much take little memory`() async throws {
        try await withRemote { scene in
            try scene.host.place.git("config", "receive.unpackLimit", "1")
            try fill("large.git", in: scene)
            var peaks: [Int] = []

            let push = try await scene.run.program.run(
                ["push", "--repo", "large.git", "--json"], environment: scene.environment()
            ) { peaks.append(try await peak(of: $0)) }
            let fetch = try await scene.run.program.run(
                ["fetch", "--repo", "copy.git", "--json"], environment: scene.environment()
            ) { peaks.append(try await peak(of: $0)) }

            #expect(push.status == 0, "\(push.messages)")
            #expect(fetch.status == 0, "\(fetch.messages)")
            let bytes = try #require(try push.document()["bytes"] as? Int)
            #expect(bytes > Self.megabytes << 20)
            // Less than is sent, and no more for a gigabyte.
            #expect(peaks.allSatisfy { $0 > 1 && $0 < 128 }, "\(peaks) MB")
            #expect(try scene.tree() == scene.run.tree(in: "copy.git"))
            try scene.expectSoundHost()
            try scene.run.expectSound("copy.git")
        }
    }
}
