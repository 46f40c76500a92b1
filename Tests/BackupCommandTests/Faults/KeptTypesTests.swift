import TenantSimulator
import TestSupport
import Testing

@testable import BackupCommand
@testable import BackupEngine

/// Faults that meet a part of a type, or all of them.
struct KeptTypesTests {
    private let children = FaultShape.children

    @Test func `a batch with answers of all kinds keeps only what failed`() async throws {
        try await FaultScene.play { scene in
            let repository = try TemporaryRepository()
            let calm = try await scene.backUp(children.selection, into: repository)
            for (path, fault) in [
                ("groups/group-1/owners", Fault(.status(403))),
                ("groups/group-2/owners", Fault(.status(404))),
                ("groups/group-3/owners", Fault(.throttle(.fractional, seconds: 9), times: 3)),
                ("groups/group-4/owners", Fault(.status(503), times: 2)),
            ] {
                var fault = fault
                fault.path = path
                scene.tenant.inject(fault)
            }
            try scene.tenant.play(
                Scenario(
                    parsing: """
                        {"changes": [
                          {"add": "groups/group-0/owners", "reference": "user-6"},
                          {"add": "groups/group-1/owners", "reference": "user-6"},
                          {"remove": "groups/group-2/owners", "reference": "user-1"},
                          {"add": "groups/group-3/owners", "reference": "user-6"},
                          {"remove": "groups/group-4/owners", "reference": "user-1"}]}
                        """))

            let struck = try await scene.backUp(children.selection, into: repository)
            let owners = try struck.type("groups/owners")

            #expect(calm.status == .done && struck.status == .incomplete)
            #expect(struck.changes == ["groups/owners": [2, 0, 1]])
            #expect(owners.outcome == .kept)
            #expect(owners.reason?.hasSuffix("below group-1 and 1 more") == true)
            #expect(try struck.type("groups").outcome == .complete)
            #expect(try repository.git("fsck", "--strict") == "")
        }
    }

    @Test func `a group that is listed and not found, twice, was deleted`() async throws {
        try await FaultScene.play { scene in
            let repository = try TemporaryRepository()
            try await scene.backUp(children.selection, into: repository)
            scene.tenant.inject(Fault(.status(404), path: "groups/group-1"))

            let struck = try await scene.backUp(children.selection, into: repository)

            #expect(struck.status == .done, "\(struck.message)")
            #expect(struck.changes == ["groups": [0, 0, 1], "groups/owners": [0, 0, 3]])
        }
    }

    @Test func `if nothing may be read, nothing is written, status 6`() async throws {
        try await FaultScene.play { scene in
            let repository = try TemporaryRepository()
            scene.tenant.inject(Fault(.status(403)))
            let first = try await scene.backUp(children.selection, into: repository)
            let refs = try repository.git("for-each-ref")
            scene.tenant.removeFaults()
            let calm = try await scene.backUp(children.selection, into: repository)
            let before = try repository.git("for-each-ref")
            scene.tenant.inject(Fault(.status(403)))
            let later = try await scene.backUp(children.selection, into: repository)

            #expect(first.status == .refused && refs == "")
            #expect(calm.status == .done)
            #expect(later.status == .refused)
            #expect(try repository.git("for-each-ref") == before)
        }
    }

    @Test func `the record counts every request, of batches their members, with all repetitions`()
        async throws
    {
        try await FaultScene.play { scene in
            let selection = FaultShape.children.selection + [FaultShape.collection.selection[0]]
            scene.tenant.inject(
                Fault(.throttle(.integer), path: "groups/group-3/owners", times: 2))
            scene.tenant.inject(Fault(.status(500), path: "users", skip: 1, times: 3))
            scene.tenant.inject(Fault(.status(403), path: "groups/group-1/owners"))
            scene.tenant.inject(Fault(.status(503), path: "domains"))

            let ending = try await scene.backUp(selection, into: TemporaryRepository())
            let served = scene.tenant.requests.filter { !$0.path.hasSuffix("token") }
            func count(_ suffix: String) -> Int { served.count { $0.path.hasSuffix(suffix) } }

            #expect(try ending.type("users").requests == 6)
            #expect(count("/users") == 6)
            #expect(try ending.type("domains").requests == 9)
            #expect(count("/domains") == 9)
            #expect(try ending.type("groups").requests == count("/groups"))
            #expect(try ending.type("groups/owners").requests == count("/owners"))
            // Two of five groups have a second page of owners… and one asked three times.
            #expect(count("/owners") > 5 + 2)
        }
    }

    @Test func `the tag says what was kept and what was skipped`() async throws {
        try await FaultScene.play { scene in
            let selection =
                FaultShape.collection.selection + [FaultShape.file.selection[0]]
                + [FaultShape.singleton.selection[0]]
            let repository = try TemporaryRepository()
            scene.tenant.inject(Fault(.status(501), path: "policies"))
            scene.tenant.inject(Fault(.status(503), path: "users"))

            let ending = try await scene.backUp(selection, into: repository)
            let tag = try repository.git("cat-file", "tag", try #require(ending.record?.tag))

            #expect(
                tag.contains(
                    """
                    Kept as they were:
                      users: Graph answered 503 nine times (serviceNotAvailable)

                    Skipped:
                      authorizationPolicy: Graph answered 501 (NotImplemented)
                    """), "\(tag)")
        }
    }
}
