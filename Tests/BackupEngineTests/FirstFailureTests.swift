import BackupEngine
import Foundation
import GitStore
import GraphCatalog
import TestSupport
import Testing

/// What ends a run is the failure that came first, not that others were cancelled because of it.
struct FirstFailureTests {
    /// As many types as are read at the same time, all but one of which never answer.
    private let types = (0..<6).map { number in
        GraphResource(
            "type\(number)", path: "type\(number)", folder: "Type\(number)", groups: ["All"],
            permissions: Permissions("Everything.Read.All"))
    }

    private func run(
        failingAt number: Int, _ runs: Runs,
        _ fail: @escaping @Sendable () throws(GraphError) -> Void
    ) async throws -> BackupError {
        let answers = types.map { ($0.name, RecordedTenant.Answer.pages([items(0..<3)])) }
        let failing = types[number].name
        let tenant = StalledTenant(
            RecordedTenant(Dictionary(uniqueKeysWithValues: answers)),
            stalledAt: Set(types.map(\.name)).subtracting([failing])
        ) { path throws(GraphError) in
            if path == failing { try fail() }
        }
        return try await #require(throws: BackupError.self) {
            try await runs.run(from: tenant, types.map { SelectedResource($0) })
        }
    }

    @Test(arguments: 0..<6)
    func `a refused sign-in is not taken for an interruption`(number: Int) async throws {
        let error = try await run(failingAt: number, try Runs()) { () throws(GraphError) in
            throw GraphError(.signInRefused, "The secret has expired")
        }

        guard case .source(let reason) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(reason.kind == .signInRefused)
    }

    @Test(arguments: 0..<6)
    func `a disk that takes nothing more is not taken for an interruption`(
        number: Int
    ) async throws {
        let runs = try Runs()
        let packs = "\(runs.repository.path)/objects/pack"

        let error = try await run(failingAt: number, runs) {
            try? FileManager.default.removeItem(atPath: packs)
            _ = FileManager.default.createFile(atPath: packs, contents: nil)
        }

        guard case .store(let reason) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(reason.reason == "Not a directory")
    }
}
