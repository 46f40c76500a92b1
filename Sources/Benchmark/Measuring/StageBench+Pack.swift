import CanonicalJSON
import Foundation
import GitObjects
import GitPack

/// The parts of packing, each by itself.
extension StageBench {
    /// From canonical JSON to deltas of the page's first object.
    func delta() throws -> StageRate {
        try measureObjects("delta") { page in keep(deltas(of: page).count) }
    }

    /// From deltas to zlib streams, with one code for many.
    func deflate() throws -> StageRate {
        try measureDeltas("deflate of deltas") { deltas in
            var deflate = DeltaDeflate()
            var streams: [UInt8] = []
            for delta in deltas where delta.count <= DeltaDeflate.largest {
                delta.withUnsafeBytes { deflate.compress($0, into: &streams) }
            }
            keep(streams.count)
        }
    }

    /// The same with libdeflate, each by itself.
    func deflateByLibrary() throws -> StageRate {
        try measureDeltas("deflate of deltas, libdeflate 1") { deltas in
            var deflate = Deflate()
            var streams: [UInt8] = []
            for delta in deltas { delta.withUnsafeBytes { deflate.compress($0, into: &streams) } }
            keep(streams.count)
        }
    }

    private func deltas(of page: CanonicalPage) -> [[UInt8]] {
        guard let first = page.items.first else { return [] }
        let base = LineDelta(base: Array(page.bytes[first.bytes]))
        var writer = DeltaWriter()
        return page.items.map { item in
            page.bytes[item.bytes].withUnsafeBytes { base.encode($0, into: &writer) }
            return writer.bytes
        }
    }

    private func measureDeltas(
        _ name: String, _ part: ([[UInt8]]) -> Void
    ) throws -> StageRate {
        try measure(name) { body, timer in
            let page = try CanonicalPage(body, .collection, by: .users)
            let deltas = deltas(of: page)
            timer.time { part(deltas) }
            return (deltas.reduce(0) { $0 + $1.count }, deltas.count)
        }
    }

    /// The folder of all users: its bytes, its ID and its zlib stream.
    func tree() throws -> StageRate {
        let entries = try folders()
        var bytes = 0
        let seconds = (0..<rounds).map { _ in
            var timer = Timer()
            timer.time {
                var tree = TreeWriter()
                for entry in entries { tree.append(entry) }
                keep(ObjectID(of: .tree, tree.bytes.span))
                var deflate = Deflate()
                var stream: [UInt8] = []
                tree.bytes.withUnsafeBytes { deflate.compress($0, into: &stream) }
                keep(stream.count)
                bytes = tree.bytes.count
            }
            return timer.elapsed / .seconds(1)
        }
        return StageRate("tree", bytes: bytes, objects: entries.count, seconds: seconds)
    }

    /// The index of a pack of all users and their folders, from IDs to the disk.
    func index() throws -> StageRate {
        let entries = try folders().flatMap { entry in
            [entry.id, ObjectID(of: .blob, entry.name.span)].map {
                IndexEntry(id: $0, offset: UInt64($0.low), crc: 0)
            }
        }
        let path = FileManager.default.temporaryDirectory
            .appending(path: "tenantkeep-\(UUID().uuidString).idx").path
        let seconds = try (0..<rounds).map { _ in
            var timer = Timer()
            try timer.time {
                try PackIndex(entries).write(
                    to: path, packTrailer: [UInt8](repeating: 0, count: 20))
            }
            try FileManager.default.removeItem(atPath: path)
            return timer.elapsed / .seconds(1)
        }
        return StageRate(
            "index", bytes: entries.count * 28, objects: entries.count, seconds: seconds)
    }

    /// The entries of the folder of all users, in tree order.
    private func folders() throws -> [TreeEntry] {
        var entries: [TreeEntry] = []
        for number in 0..<pages.count {
            let page = try CanonicalPage(try pages.read(number), .collection, by: .users)
            for item in page.items {
                guard let id = page.id(of: item) else { continue }
                let name = Array(id)
                entries.append(TreeEntry(.folder, name, ObjectID(of: .blob, name.span)))
            }
        }
        return entries.sorted { $0.precedes($1) }
    }
}
