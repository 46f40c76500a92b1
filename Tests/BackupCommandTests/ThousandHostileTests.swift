import Foundation
import TenantSimulator
import TestSupport
import Testing

/// A thousand objects whose IDs are made to break file systems, git and terminals.
struct ThousandHostileTests {
    @Test func `each has its own path, tells its ID by it, and is in every clone`() async throws {
        let hostile = HostileTenant(seed: 7, groups: 1000)
        try await withSimulatedTenant(.init(.hostile(hostile))) { tenant in
            let repository = try TemporaryRepository()
            let run = try EndToEnd(tenant)

            let first = try await run.backUp("groups", repository: repository.path)
            let tree = try repository.git("rev-parse", "main^{tree}")
            tenant.configure { $0.shuffleSeed = 11 }
            let second = try await run.backUp("groups", repository: repository.path)

            #expect(first.status == 0 && second.status == 0, "\(first.messages)\(second.messages)")
            #expect(try repository.git("rev-parse", "main^{tree}") == tree)
            #expect(try repository.git("rev-list", "--count", "main") == "1")
            #expect(try repository.git("fsck", "--strict", "--full") == "")
            try repository.git(
                "-c", "core.protectNTFS=true", "-c", "core.protectHFS=true", "clone", "--quiet",
                ".", "\(repository.folder)/clone")
            try expectNames(in: repository, of: hostile)
        }
    }

    /// Reads the tree and the clone with Python, which knows the rule for names but not this program.
    private func expectNames(in repository: TemporaryRepository, of hostile: HostileTenant) throws {
        let ids = hostile.ids.map { $0.map { String($0, radix: 16) }.joined(separator: ",") }
        let said = try repository.python(
            Self.check, input: Array(ids.joined(separator: "\n").utf8))

        #expect(String(decoding: said, as: UTF8.self) == "1000 groups, 1000 names, 3000 files\n")
    }

    private static let check = #"""
        import hashlib, json, os, re, subprocess, sys, unicodedata
        from urllib.parse import unquote_to_bytes

        wanted = set()
        for line in sys.stdin.read().split("\n"):
            units = b"".join(int(u, 16).to_bytes(2, "little") for u in line.split(","))
            wanted.add(units.decode("utf-16-le", "surrogatepass").encode("utf-8", "surrogatepass"))

        def relates(name, id):
            suffix = re.search(rb"~([0-9a-f]{16})$", name)
            if suffix and suffix[1].decode() == hashlib.sha256(id).hexdigest()[:16]:
                return id.startswith(unquote_to_bytes(name[:-17]))
            return unquote_to_bytes(name) == id

        listing = subprocess.run(
            ["git", "ls-tree", "-r", "-z", "main", "Groups/"], capture_output=True, check=True).stdout
        groups, names, files = set(), set(), 0
        for entry in listing.split(b"\0")[:-1]:
            kind, path = entry.split(b"\t", 1)
            assert kind.startswith(b"100644 blob "), entry
            parts = path.split(b"/")
            assert len(parts) == 3 or len(parts) == 5 and parts[2] in (b"Members", b"Owners"), path
            assert parts[-1] == parts[-2] + b".json", path
            with open(b"../clone/" + path, "rb") as file:
                body = file.read()
            files += 1
            id = json.loads(body)["id"].encode("utf-8", "surrogatepass")
            assert relates(parts[-2], id) and relates(parts[1], id), (path, id)
            groups.add(id)
            names.add(unicodedata.normalize("NFC", parts[1].decode()).casefold())
        assert groups == wanted, (len(groups), len(wanted))
        cloned = sum(len(files) for _, _, files in os.walk(b"../clone/Groups"))
        assert cloned == files, (cloned, files)
        print(f"{len(groups)} groups, {len(names)} names, {files} files")
        """#
}
