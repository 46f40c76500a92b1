import TenantSimulator
import TestSupport
import Testing

@testable import BackupCommand
@testable import BackupEngine

/// Complete answers with 200 whose lists are shorter than what there is.
struct ShorterListTests {
    private static let none = Fault.Effect.body(#"{"value":[]}"#)

    /// The list that leads to the parts, and the parts.
    private static let lists: [(FaultShape, String)] = [
        (.children, "groups"), (.grandchildren, FaultScene.definitions),
        (.walk, "arm/subscriptions"), (.parts, FaultScene.definitions),
    ]

    // What a walked list does not name any more is asked for by its ID, and kept.
    @Test(arguments: Array(ShorterListTests.lists.prefix(2)))
    func `a list that is empty once, and parts that are empty in the second reading`(
        shape: FaultShape, list: String
    ) async throws {
        try await FaultScene.play { scene in
            let repository = try TemporaryRepository()
            let calm = try await scene.backUp(shape.selection, into: repository)
            // The list's own path is the start of those of its parts.
            let first = scene.tenant.inject(Fault(Self.none, path: list, times: 1))
            let parts = shape.paths.map {
                scene.tenant.inject(Fault(Self.none, path: $0, times: 1))
            }

            let struck = try await scene.backUp(shape.selection, into: repository)

            #expect(scene.tenant.strikes(of: first) == 1)
            #expect(parts.allSatisfy { scene.tenant.strikes(of: $0) == 1 })
            #expect(struck.tree == calm.tree && struck.changes.isEmpty, "\(struck.changes)")
            #expect(struck.status == .done, "\(struck.message)")
        }
    }

    // One group has one owner only, and one object that is gone twice was deleted.
    @Test(arguments: Array(ShorterListTests.lists.dropFirst()))
    func `parts that stay empty after the list was empty once are kept`(
        shape: FaultShape, list: String
    ) async throws {
        try await FaultScene.play { scene in
            let repository = try TemporaryRepository()
            let calm = try await scene.backUp(shape.selection, into: repository)
            scene.tenant.inject(Fault(Self.none, path: list, times: 1))
            for path in shape.paths { scene.tenant.inject(Fault(Self.none, path: path)) }

            let struck = try await scene.backUp(shape.selection, into: repository)

            #expect(struck.tree == calm.tree && struck.changes.isEmpty, "\(struck.changes)")
            #expect(try struck.type(shape.type).outcome == .kept)
            #expect(struck.status == .incomplete, "\(struck.message)")
        }
    }

    @Test func `an object that a list in Graph does not name is kept until it is not found`()
        async throws
    {
        try await FaultScene.play { scene in
            let repository = try TemporaryRepository()
            let selection = FaultShape.parts.selection
            let calm = try await scene.backUp(selection, into: repository)
            let (first, last) = (FaultScene.reviews[0], FaultScene.reviews[1])
            scene.tenant.inject(
                Fault(
                    .body(#"{"value":[{"id":"\#(first)"}]}"#), path: FaultScene.definitions,
                    times: 1))

            let short = try await scene.backUp(selection, into: repository)
            scene.tenant.removeFaults()
            try scene.tenant.play(
                Scenario(
                    parsing: #"{"changes":[{"delete":"\#(FaultScene.definitions)/\#(last)"}]}"#))
            let gone = try await scene.backUp(selection, into: repository)

            #expect(short.tree == calm.tree, "\(short.message)")
            #expect(try short.type("reviewers").outcome == .kept)
            #expect(short.status == .incomplete)
            #expect(gone.status == .done, "\(gone.message)")
            #expect(gone.changes == ["reviewers": [0, 0, 4]])
        }
    }

    @Test func `a subscription whose role was taken away is kept until it is not found`()
        async throws
    {
        try await FaultScene.play { scene in
            let repository = try TemporaryRepository()
            let selection = FaultShape.walk.selection
            let calm = try await scene.backUp(selection, into: repository)
            let scopes = FaultScene.subscriptions.map { "/subscriptions/\($0)" }
            scene.tenant.grantAzure(Array(scopes.dropLast()))

            let lost = try await scene.backUp(selection, into: repository)
            scene.tenant.remove(scopes[2], from: "arm/subscriptions")
            let gone = try await scene.backUp(selection, into: repository)

            #expect(lost.status == .incomplete, "\(lost.message)")
            #expect(lost.tree == calm.tree)
            #expect(try lost.type("rights").outcome == .kept)
            #expect(gone.status == .done, "\(gone.message)")
            #expect(gone.changes == ["rights": [0, 0, 4]])
        }
    }
}
