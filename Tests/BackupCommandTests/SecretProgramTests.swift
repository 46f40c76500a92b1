import Foundation
import TenantSimulator
import TestSupport
import Testing

/// A backup of a tenant with secrets in every place where Graph has them.
struct SecretProgramTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Tenants/contoso")

    /// `All`, and what that leaves out.
    private func types(_ run: EndToEnd) async throws -> String {
        let document = try await run.program.run("types", "--json").document()
        let types = try #require(document["types"] as? [[String: Any]])
        let groups = Set(types.flatMap { $0["groups"] as? [String] ?? [] })
        return (["All"] + groups.intersection(["B2B", "B2C"]).sorted()).joined(separator: ",")
    }

    @Test func `every planted secret is in the fixtures`() throws {
        let files = try #require(FileManager.default.enumerator(atPath: Self.folder.path))
        var text = ""
        for case let name as String in files where name.hasSuffix(".json") {
            text += try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
        }

        for secret in PlantedSecrets.all { #expect(text.contains(secret), "\(secret)") }
        let planted = text.matches(of: /PLANTED-SECRET-[a-z0-9-]+|UExBTlRFRC1TRUNSRVQt\w+/)
        for found in planted { #expect(PlantedSecrets.all.contains(String(found.output))) }
    }

    /// As Entra signs the program in: an application, or a stand-in for a person who may read more.
    @Test(arguments: [0, 1])
    func `no planted secret is in an object, the output or the log`(app: Int) async throws {
        try await withSimulatedTenant(.init(.folder(Self.folder.path))) { tenant in
            tenant.configure { $0.leaksSecrets = true }
            let run = try EndToEnd(tenant)
            let signIn = [
                "AZURE_CLIENT_ID": tenant.apps[app].clientID,
                "AZURE_CLIENT_SECRET": tenant.apps[app].secret,
            ]

            let types = try await types(run)

            let first = try await run.backUp(
                types, arguments: ["--verbose"], changing: signIn)
            let second = try await run.backUp(
                types, arguments: ["--verbose"], changing: signIn)
            let log = try await run.program.run(
                ["log", "--verbose"], environment: run.environment.merging(signIn) { $1 })

            for ending in [first, second] {
                #expect([0, 3].contains(ending.status), "\(ending.messages)")
            }
            let objects = try run.git(
                "--git-dir=tenant.git", "cat-file", "--batch", "--batch-all-objects")
            #expect(objects.contains("[secret withheld]"))
            let withheld = try #require(try first.document()["withheld"] as? Int)
            #expect(withheld > 0)
            let texts = [
                "an object": objects, "the output": first.output + second.output + log.output,
                "the messages": first.messages + second.messages + log.messages,
            ]
            for (place, text) in texts {
                for secret in PlantedSecrets.all
                    + signIn.values.filter({ $0.contains("simulated") })
                where text.contains(secret) {
                    Issue.record("\(secret) is in \(place)")
                }
            }
        }
    }
}
