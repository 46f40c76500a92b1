import GitObjects
package import GitPack
package import GitRemote
import GitStore

/// A bare repository on this machine. No git is needed for it, and none of its hooks is run.
///
/// - A push is what a run is: a pack, then all refs in one step, each checked against the value it is
///   moved from, under the locks of this program and of git.
/// - A fetch changes nothing there.
package struct LocalRemote: Remote {
    /// Its path.
    package let name: String
    /// Names the temporary files.
    private let unique = "pushed-\(UInt32.random(in: 0 ... .max))"
    private let waitsForLock: @Sendable (_ attempt: Int) -> Bool

    /// - Parameter waitsForLock: as of ``GitStore``.
    package init(
        path: String,
        waitsForLock: @escaping @Sendable (_ attempt: Int) -> Bool = GitStore.tenSeconds
    ) {
        name = path
        self.waitsForLock = waitsForLock
    }

    /// What can be done with it, as hosts say it.
    private static let words = "atomic ofs-delta shallow filter allow-any-sha1-in-want"

    package func advertisement(
        for service: GitService
    ) async throws(RemoteError) -> Advertisement {
        let refs = try await reading { (store) async throws(GitError) in
            if service == .push { try await store.expectWritable() }
            return try await store.refs()
        }
        return Advertisement(of: refs, for: service, words: Self.words)
    }

    package func fetch(
        _ request: FetchRequest, from advertisement: Advertisement, packTo path: String
    ) async throws(RemoteError) -> FetchAnswer {
        try await reading { (store) async throws(GitError) in
            let served = try await store.served(
                request.wants, without: request.haves, shallow: Set(request.shallow),
                depth: request.depth, withBlobs: !request.withoutBlobs)
            var answer = FetchAnswer()
            answer.shallow = served.shallow
            answer.unshallow = served.unshallow
            answer.isWithoutBlobs = request.withoutBlobs
            answer.byteCount = try await store.write(
                served.outgoing, to: path,
                SentPackForm(usesOffsets: true, isThin: request.allowsThinPack))
            return answer
        }
    }

    package func push(
        _ moves: [RemoteMove], pack: PackFile?, to advertisement: Advertisement
    ) async throws(RemoteError) -> PushReport {
        // It is not made where it is not, or is not any more.
        try await reading { _ in }
        let branch = moves.first?.ref ?? .runs
        return try await opened(for: .run(branch: branch)) { (store) async throws(GitError) in
            let updates = moves.filter { $0.old != $0.new }
            try await expect(updates, in: store)
            if let pack {
                try await store.beginReceiving(copyOf: pack)
                try await store.receive(Reception(of: updates.map(\.new)))
            }
            var refs: [RefUpdate] = []
            for move in updates {
                refs.append(
                    RefUpdate(
                        move.ref, from: move.old == .zero ? nil : move.old, to: move.new,
                        peeled: try await store.peeledTarget(of: move.new)))
            }
            var messages: [String] = []
            for ref in refs {
                messages += try await store.workTrees(on: ref.name).map {
                    "\(ref.name) is checked out in \($0), which does not follow it"
                }
            }
            let publication = try await store.publish(refs, reason: "push")
            if let warning = publication.warning(about: name) { messages.append(warning) }
            // The refs have moved; a later push joins what this one could not.
            try? await store.joinPacks()
            return PushReport(taken: Set(moves.map(\.ref)), messages: messages)
        }
    }

    /// Before anything is taken in; ``GitStore/publish(_:)`` looks again.
    private func expect(
        _ moves: [RemoteMove], in store: GitStore
    ) async throws(GitError) {
        for move in moves {
            let found = try await store.readRef(move.ref) ?? .zero
            guard found == move.old else {
                throw GitError(
                    .moved, "move \(move.ref)", reason: "another writer moved \(move.ref)",
                    hint: "The next run starts from what was written there.")
            }
        }
    }

    private func reading<Value: Sendable>(
        _ body: (GitStore) async throws(GitError) -> Value
    ) async throws(RemoteError) -> Value {
        try await opened(for: .serving, body)
    }

    private func opened<Value: Sendable>(
        for purpose: GitStore.Purpose, _ body: (GitStore) async throws(GitError) -> Value
    ) async throws(RemoteError) -> Value {
        do throws(GitError) {
            let store = try GitStore(
                at: name, for: purpose, unique: unique, waitsForLock: waitsForLock)
            let result: Result<Value, GitError>
            do throws(GitError) { result = .success(try await body(store)) } catch {
                result = .failure(error)
            }
            try? await store.close()
            return try result.get()
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw RemoteError(error)
        }
    }
}

extension RemoteError {
    /// Why a repository of this machine could not be used.
    fileprivate init(_ error: GitError) {
        switch error.kind {
        case .held, .locked: self.init(.unreachable, error.reason, hint: error.hint)
        case .notARepository:
            self.init(
                .notFound, error.reason,
                hint:
                    "Name a bare repository. `git init --bare` makes one, and so does `tenantkeep "
                    + "fetch` from a repository that is there.")
        case .moved: self.init(.moved, error.reason, hint: error.hint)
        case .damaged:
            self.init(
                .missing, "it could not \(error.action): \(error.reason)", hint: error.hint)
        case .incomplete: self.init(.malformed, error.reason, hint: error.hint)
        case .other:
            self.init(.file, "\(error.action) failed: \(error.reason)", hint: error.hint)
        }
    }
}
