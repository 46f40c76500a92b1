import Crypto
import GitObjects
import TestSupport
import Testing

@testable import GitPack

/// Packs that announce what they do not hold, or cost more than they are worth.
struct HostilePackTests {
    private typealias Entry = (form: EntryHeader.Form, announced: Int, bytes: [UInt8])

    private let repository: TemporaryRepository
    private let folder: String
    private let base: [UInt8]

    init() throws {
        repository = try TemporaryRepository()
        try repository.initialize()
        folder = "\(repository.path)/objects/pack"
        base = [UInt8](repeating: 0x61, count: 100)
    }

    /// Writes a pack whose checksum is right, whatever its entries say.
    private func send(_ entries: [Entry]) throws {
        var deflate = Deflate()
        var pack = PackHeader.bytes(count: entries.count)
        for entry in entries {
            EntryHeader.append(entry.form, count: entry.announced, to: &pack)
            entry.bytes.withUnsafeBytes { deflate.compress($0, into: &pack) }
        }
        pack += Array(Insecure.SHA1.hash(data: pack))
        let path = ReceivedPack.temporaryNames(in: folder, unique: "x")[0]
        try repository.write(String(path.dropFirst(repository.path.count + 1)), pack)
    }

    private func receive(
        _ limits: PackLimits = PackLimits(), having objects: [[UInt8]] = [],
        visit: (ObjectID, ObjectKind, [UInt8]) -> Void = { _, _, _ in }
    ) throws(PackFault) -> ReceivedPack {
        let known = Dictionary(
            uniqueKeysWithValues: objects.map { (ObjectID(of: .blob, $0.span), $0) })
        return try ReceivedPack(
            in: folder, unique: "x", limits: limits, base: { id in known[id].map { (.blob, $0) } },
            visit: visit)
    }

    @Test func `a pack whose checksum is another is refused, and nothing of it is left`() throws {
        try send([Entry(form: .whole(.blob), announced: base.count, bytes: base)])
        let path = ReceivedPack.temporaryNames(in: folder, unique: "x")[0]
        let name = String(path.dropFirst(repository.path.count + 1))
        var bytes = try repository.file(name)
        bytes[bytes.count - 1] ^= 1
        try repository.write(name, bytes)

        let fault = #expect(throws: PackFault.self) { try receive() }

        guard case .malformed(let reason)? = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(reason.contains("checksum"))
        #expect(try !repository.files().contains(name))
    }

    private func number(_ number: Int) -> [UInt8] {
        var (bytes, rest): ([UInt8], Int) = ([], number)
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F | 0x80))
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// A delta of a base of so many bytes that makes only these.
    private func delta(of count: Int, inserting bytes: [UInt8]) -> [UInt8] {
        number(count) + number(bytes.count) + [UInt8(bytes.count)] + bytes
    }

    @Test(arguments: [1 << 20, 1 << 30, 1 << 50, 1 << 55])
    func `a delta that announces more than its pieces make is refused, and no room is made for it`(
        announced: Int
    ) throws {
        let id = ObjectID(of: .blob, base.span)
        for form in [EntryHeader.Form.offsetDelta(distance: 0), .referenceDelta(id)] {
            for pieces in [[], [1, 0x62], [0x80]] as [[UInt8]] {
                let delta = number(base.count) + number(announced) + pieces
                var first: [UInt8] = []
                EntryHeader.append(.whole(.blob), count: base.count, to: &first)
                var deflate = Deflate()
                base.withUnsafeBytes { deflate.compress($0, into: &first) }
                let isByDistance = form == .offsetDelta(distance: 0)
                try send([
                    (.whole(.blob), base.count, base),
                    (isByDistance ? .offsetDelta(distance: first.count) : form, delta.count, delta),
                ])

                #expect(throws: PackFault.self) { try receive() }
                #expect(try repository.files().filter { $0.hasPrefix("objects/pack/") } == [])
            }
        }
    }

    @Test func `an entry that announces more than any stream can hold is refused`() throws {
        try send([(.whole(.blob), 1 << 29, base)])

        #expect(throws: PackFault.self) { try receive() }
    }

    @Test func `a pack, its objects and the bases that it lacks have limits`() throws {
        let wholes = (0..<20).map { [UInt8](repeating: $0, count: 300) }
        let entries: [Entry] = wholes.enumerated().map { number, bytes in
            let delta = delta(of: bytes.count, inserting: [UInt8(number), 1])
            return (.referenceDelta(ObjectID(of: .blob, bytes.span)), delta.count, delta)
        }
        func isTaken(_ edit: (inout PackLimits) -> Void) throws -> Bool {
            try send(entries)
            var limits = PackLimits()
            edit(&limits)
            let taken: ReceivedPack
            do throws(PackFault) { taken = try receive(limits, having: wholes) } catch {
                return false
            }
            try taken.finished.discard()
            return true
        }

        #expect(try isTaken { _ in })
        #expect(try !isTaken { $0.pack = 200 })
        #expect(try !isTaken { $0.objects = 19 })
        #expect(try isTaken { $0.bases = 20 * 300 })
        #expect(try !isTaken { $0.bases = 20 * 300 - 1 })
    }

    @Test(.timeLimit(.minutes(1)))
    func `a hundred thousand deltas of one base take no longer than their number`() throws {
        var entries: [Entry] = [(.whole(.blob), base.count, base)]
        let id = ObjectID(of: .blob, base.span)
        for place in 0..<100_000 {
            let bytes = (0..<4).map { UInt8(truncatingIfNeeded: place >> (8 * $0)) }
            let delta = delta(of: base.count, inserting: bytes)
            entries.append((.referenceDelta(id), delta.count, delta))
        }
        try send(entries)

        #expect(try receive().count == 100_001)
    }

    @Test func `bases that come one behind the other are read twice, not once for each`() throws {
        // Each is a delta of the next, and all are here, too: the last first shows that the one
        // before it comes, and so on.
        var wholes = (0..<40).map { [UInt8](repeating: $0, count: 50) }
        wholes.sort { ObjectID(of: .blob, $1.span) < ObjectID(of: .blob, $0.span) }
        var entries: [Entry] = []
        for (before, bytes) in zip(wholes, wholes.dropFirst()) {
            let delta = delta(of: before.count, inserting: bytes)
            entries.append((.referenceDelta(ObjectID(of: .blob, before.span)), delta.count, delta))
        }
        try send(entries)
        var visits = 0

        let pack = try receive(having: wholes) { _, _, _ in visits += 1 }

        #expect(pack.count == 40)
        #expect(visits <= 2 * 39)
    }

    @Test func `a task that is told to end does not finish its pack`() async throws {
        try send([(.whole(.blob), base.count, base)])
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            do throws(PackFault) { _ = try receive() } catch {
                if case .cancelled = error { return true }
            }
            return false
        }

        #expect(await task.value)
        #expect(try repository.files().filter { $0.hasPrefix("objects/pack/") } == [])
    }

    @Test func `whatever a delta is made of, it is taken or refused`() throws {
        var random = SplitMix64(seed: 14)
        for _ in 0..<300 {
            var delta = delta(of: base.count, inserting: [UInt8](repeating: 7, count: 40))
            for _ in 0...Int(random.next() % 4) {
                let place = Int(random.next() % UInt64(min(delta.count, 8)))
                delta[place] = UInt8(truncatingIfNeeded: random.next())
            }
            let announced =
                random.next() % 4 == 0 ? Int(random.next() >> 10) : delta.count
            try send([
                (.whole(.blob), base.count, base),
                (.referenceDelta(ObjectID(of: .blob, base.span)), announced, delta),
            ])

            let taken: ReceivedPack
            do throws(PackFault) { taken = try receive() } catch {
                guard case .malformed = error else { throw error }
                continue
            }
            try taken.finished.discard()
        }
    }
}
