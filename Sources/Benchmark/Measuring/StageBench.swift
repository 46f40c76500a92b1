import CanonicalJSON
import GitObjects
import GitPack

/// The rate of one part of a backup.
struct StageRate: Codable {
    let name: String
    /// Bytes it was given, in all rounds the same.
    let bytes: Int
    let objects: Int
    /// One for each round.
    let seconds: [Double]
    /// Million bytes a second, of the median.
    let megabytesPerSecond: Double
    let microsecondsPerObject: Double

    init(_ name: String, bytes: Int, objects: Int, seconds: [Double]) {
        self.name = name
        self.bytes = bytes
        self.objects = objects
        self.seconds = seconds
        megabytesPerSecond = Double(bytes) / seconds.median / 1e6
        microsecondsPerObject = seconds.median / Double(max(objects, 1)) * 1e6
    }
}

/// Measures the parts of a backup, each alone and on one core.
///
/// Only the part itself is timed, page by page: reading the file and what comes before the part
/// are not. One page is in memory at a time.
struct StageBench {
    let pages: PageFolder
    let rounds: Int

    func run() throws -> [StageRate] {
        [
            try json(), try hash(), try delta(), try deflate(), try deflateByLibrary(), try pack(),
            try tree(), try index(),
        ]
    }

    /// From a page as Graph sends it to canonical JSON.
    private func json() throws -> StageRate {
        try measure("canonical JSON") { body, timer in
            let page = try timer.time { try CanonicalPage(body, .collection, by: .users) }
            return (body.count, page.items.count)
        }
    }

    /// From canonical JSON to the IDs of blobs; the hash detects collisions.
    private func hash() throws -> StageRate {
        try measureObjects("hash") { page in
            let bytes = page.bytes.span
            for item in page.items { keep(ObjectID(of: .blob, bytes.extracting(item.bytes))) }
        }
    }

    /// From canonical JSON to packed entries: the hash, and a delta or the whole object compressed.
    private func pack() throws -> StageRate {
        try measureObjects("hash, delta and deflate") { page in
            var packer = ChunkPacker(Holdings(packs: KnownObjects(), run: WrittenObjects()))
            let bytes = page.bytes.span
            for item in page.items { _ = packer.append(.blob, bytes.extracting(item.bytes)) }
            keep(packer.finish())
        }
    }

    /// Runs a part that is given the canonical objects of a page.
    func measureObjects(
        _ name: String, _ part: (CanonicalPage) throws -> Void
    ) throws -> StageRate {
        try measure(name) { body, timer in
            let page = try CanonicalPage(body, .collection, by: .users)
            try timer.time { try part(page) }
            return (page.items.reduce(0) { $0 + $1.bytes.count }, page.items.count)
        }
    }

    /// Runs a part over all pages, round after round.
    ///
    /// - Parameter part: times itself with the timer; returns the bytes and objects it was given.
    func measure(
        _ name: String, _ part: ([UInt8], inout Timer) throws -> (bytes: Int, objects: Int)
    ) throws -> StageRate {
        var seconds: [Double] = []
        var given = (bytes: 0, objects: 0)
        for _ in 0..<rounds {
            var timer = Timer()
            given = (0, 0)
            for number in 0..<pages.count {
                let (bytes, objects) = try part(try pages.read(number), &timer)
                given = (given.bytes + bytes, given.objects + objects)
            }
            seconds.append(timer.elapsed / .seconds(1))
        }
        return StageRate(name, bytes: given.bytes, objects: given.objects, seconds: seconds)
    }
}

/// Adds up what several pieces of work took.
struct Timer {
    private(set) var elapsed = Duration.zero

    mutating func time<Value>(_ work: () throws -> Value) rethrows -> Value {
        let began = ContinuousClock.now
        defer { elapsed += began.duration(to: .now) }
        return try work()
    }
}

/// Keeps the compiler from leaving out work whose result nobody reads.
@inline(never)
func keep<Value>(_ value: Value) {
    withExtendedLifetime(value) {}
}
