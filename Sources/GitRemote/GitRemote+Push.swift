import GitObjects
package import GitPack

extension GitRemote {
    /// Sends a pack and moves refs, in one exchange; all together where the host can.
    ///
    /// - Parameters:
    ///   - moves: each from where `advertisement` says the ref is; those that go nowhere are taken
    ///     as done. The caller has made sure that none goes back.
    ///   - pack: what the host lacks, in the form it takes (``Advertisement/takesOffsetDeltas``,
    ///     ``Advertisement/takesThinPacks``); `nil` if it lacks nothing.
    /// - Returns: what became of each ref; known for certain, if needed by reading them again.
    /// - Throws: ``RemoteError`` if nothing was moved: `moved` if a ref is not where it is moved
    ///   from; and `unknown` if what became of them cannot be told.
    package func push(
        _ moves: [RemoteMove], pack: PackFile?, to advertisement: Advertisement
    ) async throws(RemoteError) -> PushReport {
        precondition(moves.allSatisfy { $0.new != .zero }, "no ref is deleted")
        guard advertisement.capabilities.contains("report-status") else {
            throw RemoteError(
                .refused, "the host does not say what becomes of a push",
                hint: "Push to a host that reports the status of refs.")
        }
        for move in moves where advertisement[move.ref] ?? .zero != move.old {
            throw .moved(move.ref)
        }
        var push = Push(moves, pack, advertisement)
        while !push.pending.isEmpty { try await step(&push) }
        return push.report
    }

    /// Sends once, and looks up what became of it unless the host has said so.
    private func step(_ push: inout Push) async throws(RemoteError) {
        push.count += 1
        var status = PushStatus()
        let failure = await send(&push, &status)
        push.report.messages += status.messages
        if failure?.kind == .cancelled { throw .cancelled }
        if push.isInDoubt {
            push.settle(by: try await refsNow(after: failure), status)
        } else if failure == nil {
            push.settle(by: status)
        }
        guard !push.pending.isEmpty else { return }
        let reason = failure ?? .malformed("the host reports a push that it did not make")
        guard reason.isPassing(after: push.count), push.count < tries else {
            return try push.fail(reason)
        }
        try await wait(after: push.count, asked: reason.retryAfter)
    }

    /// Sends what is pending.
    ///
    /// - Returns: why the answer does not settle it, if it does not.
    private func send(_ push: inout Push, _ status: inout PushStatus) async -> RemoteError? {
        let answer: CarriedAnswer
        do throws(RemoteError) {
            answer = try await exchange(
                lines(of: push), push.pack, with: .push, at: push.advertisement.place)
        } catch {
            let mayHaveHappened = [.broken, .silent, .malformed].contains(error.kind)
            push.isInDoubt = push.isInDoubt || mayHaveHappened
            return error
        }
        do throws(RemoteError) {
            try await status.read(answer)
            if status.settles(push.pending) { return nil }
            push.isInDoubt = true
            return .endedEarly
        } catch {
            push.isInDoubt = true
            return error
        }
    }

    private func refsNow(after failure: RemoteError?) async throws(RemoteError) -> Advertisement {
        do throws(RemoteError) { return try await advertisement(for: .push) } catch {
            if error.kind == .cancelled { throw error }
            throw RemoteError(
                .unknown,
                "\((failure ?? error).reason), and what became of the push could not be read: "
                    + error.reason,
                hint: "Push again later: only what is missing will be sent.")
        }
    }

    private func lines(of push: Push) -> [UInt8] {
        var words = ["report-status", "side-band-64k", "quiet"]
        if push.pending.count > 1 { words.append("atomic") }
        let said = said(words, to: push.advertisement).joined(separator: " ")
        var bytes: [UInt8] = []
        for (number, move) in push.pending.enumerated() {
            let line = "\(move.old) \(move.new) \(move.ref)"
            bytes += PktLine.bytes(number == 0 ? "\(line)\0 \(said)" : line)
        }
        return bytes + PktLine.flushBytes + (push.pack == nil ? Push.emptyPack : [])
    }
}

/// A push under way.
private struct Push {
    private(set) var pending: [RemoteMove]
    let pack: PackFile?
    let advertisement: Advertisement
    var report = PushReport()
    /// Times it was sent.
    var count = 0
    /// Something was sent whose end has not been seen.
    var isInDoubt = false

    /// What a host wants where it lacks nothing: a pack of no objects.
    static let emptyPack: [UInt8] =
        Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 0]
        + (ObjectID(hex: "029d08823bd8a8eab510ad6ac75c823cfd3ed31e") ?? .zero).bytes

    init(_ moves: [RemoteMove], _ pack: PackFile?, _ advertisement: Advertisement) {
        pending = moves.filter { $0.old != $0.new }
        report.taken = Set(moves.filter { $0.old == $0.new }.map(\.ref))
        self.pack = pack
        self.advertisement = advertisement
    }

    /// Believes a complete report.
    mutating func settle(by status: PushStatus) {
        for move in pending {
            if let refusal = status.refusal(of: move.ref) {
                report.refused[move.ref] = refusal
            } else {
                report.taken.insert(move.ref)
            }
        }
        pending = []
    }

    /// Goes by what was read back. What the host has not moved and gave no reason for stays
    /// pending.
    mutating func settle(by now: Advertisement, _ status: PushStatus) {
        var rest: [RemoteMove] = []
        for move in pending {
            let found = now[move.ref] ?? .zero
            if found == move.new {
                report.taken.insert(move.ref)
            } else if found != move.old {
                report.refused[move.ref] = .moved(move.ref)
            } else if let refusal = status.refusal(of: move.ref) {
                report.refused[move.ref] = refusal
            } else {
                rest.append(move)
            }
        }
        pending = rest
    }

    /// Gives up what is pending.
    ///
    /// - Throws: `error` if nothing else has been settled.
    mutating func fail(_ error: RemoteError) throws(RemoteError) {
        guard !report.taken.isEmpty || !report.refused.isEmpty else { throw error }
        for move in pending { report.refused[move.ref] = error }
        pending = []
    }
}

extension RemoteError {
    /// Trying again may do, after so many tries.
    func isPassing(after count: Int) -> Bool {
        kind == .unreachable || kind == .broken || kind == .silent && count < 2
    }

    static func moved(_ ref: RefName) -> RemoteError {
        RemoteError(
            .moved, "another writer moved \(ref)",
            hint: "The next run starts from what was written there.")
    }
}
