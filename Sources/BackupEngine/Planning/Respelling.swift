import CanonicalJSON
import GitObjects
import GitStore
import GraphCatalog

/// What another program's files say, in our spelling.
///
/// An adopted branch has the files of some exporter: members in another order, other indentation and
/// line ends, UTF-16 or a byte order mark, and members that a backup leaves out. A file that says
/// what we say was not changed by anybody.
struct Respelling: Sendable {
    /// Changes of the plan that change a file's spelling only, by their places.
    private(set) var places: Set<Int> = []

    private let types: [PageType]
    /// Files read at once.
    private static let stride = 256

    /// Compares all updated files of a plan with what they say.
    init(of plan: Plan, in store: GitStore) async throws(BackupError) {
        types = plan.readings.map { PageType($0.selected, $0.resource.answer, isKept: true) }
        let changes = plan.changes
        let updated = changes.changes.indices.filter { changes.changes[$0].kind == .updated }
        for start in Swift.stride(from: 0, to: updated.count, by: Self.stride) {
            let part = updated[start..<min(start + Self.stride, updated.count)]
            let files = try await storing { () async throws(GitError) in
                try await store.blobsIfKept(part.compactMap { changes.changes[$0].old })
            }
            for (place, file) in zip(part, files) {
                let change = changes.changes[place]
                guard let file, let text = canonical(file, ofType: changes.type(of: change)),
                    ObjectID(of: .blob, text.span) == changes.new(of: change)
                else { continue }
                places.insert(place)
            }
        }
    }

    /// Returns the object or objects of a file as they would be backed up; `nil` if it is not JSON.
    ///
    /// - Parameter type: the place of the type in the plan's readings.
    func canonical(_ file: [UInt8], ofType type: Int) -> [UInt8]? {
        let text = utf8(file)
        guard types[type].isSingleFile, let list = (try? JSONValue(parsing: text))?.array else {
            return object(text, types[type])
        }
        let objects = list.compactMap { object(Array($0.bytes), types[type]) }
        let whole = Array("[".utf8) + objects.joined(separator: ",".utf8) + [0x5D]
        return objects.count == 1 ? objects[0] : try? canonicalized(whole)
    }

    private func object(_ text: [UInt8], _ type: PageType) -> [UInt8]? {
        let cut = cutToLastParts(text, at: type.lastParts, .object)
        guard let page = try? CanonicalPage(cut, .object, by: type.rules),
            let item = page.items.first
        else { return nil }
        return Array(page.bytes[item.bytes])
    }

    /// The text as PowerShell may have written it: UTF-16 if a byte order mark says so.
    private func utf8(_ file: [UInt8]) -> [UInt8] {
        if file.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(file.dropFirst(3)) }
        let isLittle = file.starts(with: [0xFF, 0xFE])
        guard isLittle || file.starts(with: [0xFE, 0xFF]) else { return file }
        let units = Swift.stride(from: 2, to: file.count - 1, by: 2).map { place in
            let (one, other) = (UInt16(file[place]), UInt16(file[place + 1]))
            return isLittle ? one | other << 8 : one << 8 | other
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}
