import GitObjects

/// Gives each object of one folder its name.
///
/// A name is made from the ID alone (``FileName``), but where names would fall together on file
/// systems that ignore case or normalise Unicode: there the first in byte order stays plain and the
/// others get a suffix. An object keeps the name it has in the last backup.
struct Naming {
    private let taken: Set<[UInt8]>

    /// - Parameter taken: names of the folder's entries in the last backup.
    init(taken: Set<[UInt8]>) {
        self.taken = taken
    }

    /// Returns the names in the order of `ids`, no two of them equal.
    func names(of ids: [[UInt8]]) -> [[UInt8]] {
        var names = ids.map { FileName($0).bytes }
        let hasSuffixes = taken.contains(where: FileName.isSuffixed)
        guard hasSuffixes || mayCollide(names) else { return names }
        var twins: [String: [Int]] = [:]
        for (index, id) in ids.enumerated() {
            twins[FileName(id).folded, default: []].append(index)
        }
        for group in twins.values {
            rename(group, ids, &names)
        }
        return names
    }

    private func rename(_ group: [Int], _ ids: [[UInt8]], _ names: inout [[UInt8]]) {
        let sorted = group.sorted { names[$0].lexicographicallyPrecedes(names[$1]) }
        let suffixed = Dictionary(
            uniqueKeysWithValues: group.map { ($0, FileName(distinct: ids[$0]).bytes) })
        // Whoever has a name keeps it; only if nobody has the plain form may one still get it.
        let free = sorted.filter { !taken.contains(suffixed[$0] ?? []) }
        let plain = free.first { taken.contains(names[$0]) } ?? free.first
        for index in sorted where index != plain {
            if taken.contains(names[index]), !taken.contains(suffixed[index] ?? []) { continue }
            names[index] = suffixed[index] ?? names[index]
        }
    }

    /// Whether two names can be equal to some file system. Names in lower-case ASCII, such as
    /// GUIDs, are equal only if they are the same.
    private func mayCollide(_ names: [[UInt8]]) -> Bool {
        names.contains { name in
            name.contains { $0 >= 0x80 || ($0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z")) }
        }
    }
}
