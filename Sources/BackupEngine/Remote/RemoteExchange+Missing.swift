import GitObjects
import GitRemote
import GitStore

/// What a partial repository asks its remote for while a run goes on.
extension RemoteExchange {
    /// Commits that are asked for when older ones are wanted, again and again until they are here.
    private static var depths: [Int] { [64, 256, 1_024, 4_096] }

    /// Brings older commits until these are here, or there are no older ones: those of a month.
    private func deepen(
        _ line: HistoryLine, to commits: [ObjectID], _ pairs: [Pair], from host: Advertisement
    ) async throws(BackupError) {
        guard let tip = pairs[line == .runs ? 1 : 0].far else { return }
        var request = FetchRequest(wants: [tip], haves: [tip])
        // What a run did is in a blob; what it made is compared by folders.
        request.withoutBlobs = line == .branch
        request.allowsThinPack = true
        for depth in Self.depths {
            let cuts = await store.shallowCommits
            request.shallow = cuts.sorted()
            request.depth = depth
            try await receive(request, from: host)
            let isDeeper = await store.shallowCommits != cuts
            guard isDeeper, await store.isAnyMissing(of: commits) else { return }
        }
    }

    /// Lets the store ask for blobs that it lacks; a host that does not hand them out one by one is
    /// asked for its whole tip.
    func supplyMissing(from host: Advertisement, _ pairs: [Pair]) async {
        guard await store.isPartial else { return }
        await store.supplyHistory { line, commits in
            do throws(BackupError) { try await deepen(line, to: commits, pairs, from: host) } catch
            {
                await say(.missing(commits.count, error))
            }
        }
        await store.supplyMissing { ids in
            do throws(BackupError) {
                do throws(BackupError) {
                    try await receive(FetchRequest(wants: ids), from: host)
                } catch {
                    guard case .remote(_, let reason) = error, reason.meansNoSingleObjects else {
                        throw error
                    }
                    // Old blobs stay missing: the history that names them is not fetched.
                    var request = FetchRequest(wants: Set(pairs.compactMap(\.far)).sorted())
                    request.depth = 1
                    try await receive(request, from: host)
                }
            } catch {
                await say(.missing(ids.count, error))
            }
        }
    }
}

extension RemoteError {
    /// Whether the host may still hand out whole refs.
    fileprivate var meansNoSingleObjects: Bool {
        [.missing, .refused, .malformed, .notFound].contains(kind)
    }
}
