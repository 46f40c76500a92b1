import Encodings
import GitObjects

/// Gives each object of one folder its name.
///
/// A name is made from the ID alone (``FileName``), but where names would fall together on file
/// systems that ignore case or normalise Unicode: there the first in byte order stays plain and the
/// others get a suffix. An object keeps the name it has in the last backup, also if the service
/// spells its ID in other letters of case: a GUID, or anything that Azure names, is the same in any.
struct Naming {
    private let taken: Set<[UInt8]>

    /// - Parameter taken: names of the folder's entries in the last backup.
    init(taken: Set<[UInt8]>) {
        self.taken = taken
    }

    /// Returns the names in the order of `ids`, no two of them equal.
    func names(of ids: [[UInt8]]) -> [[UInt8]] {
        let names = kept(ids.map { FileName($0).bytes }) { isGUID(ids[$0]) }
        let hasSuffixes = taken.contains(where: FileName.isSuffixed)
        guard hasSuffixes || mayCollide(names) else { return names }
        return distinct(names) { FileName(distinct: ids[$0]).bytes }
    }

    /// Returns the names with those that the last backup has in place of others that differ in case
    /// alone, unless both are wanted.
    ///
    /// - Parameter isCaseless: whether the case of letters means nothing to an object, by its place.
    func kept(_ names: [[UInt8]], where isCaseless: (Int) -> Bool) -> [[UInt8]] {
        let new = names.indices.filter { isCaseless($0) && !taken.contains(names[$0]) }
        guard !new.isEmpty else { return names }
        let wanted = Set(names)
        let free = taken.subtracting(wanted).map { (FileName.folded($0), $0) }
        var spellings = Dictionary(free) { $0.lexicographicallyPrecedes($1) ? $0 : $1 }
        var names = names
        for index in new {
            guard let known = spellings.removeValue(forKey: FileName.folded(names[index])) else {
                continue
            }
            names[index] = known
        }
        return names
    }

    /// Returns the names with suffixes where they would fall together.
    ///
    /// - Parameter suffixed: the name of an object, by its place, with a suffix.
    func distinct(_ names: [[UInt8]], _ suffixed: (Int) -> [UInt8]) -> [[UInt8]] {
        var twins: [String: [Int]] = [:]
        for (index, name) in names.enumerated() {
            twins[FileName.folded(name), default: []].append(index)
        }
        var names = names
        for group in twins.values {
            rename(group, suffixed, &names)
        }
        return names
    }

    private func rename(_ group: [Int], _ suffixed: (Int) -> [UInt8], _ names: inout [[UInt8]]) {
        let sorted = group.sorted {
            names[$0] == names[$1] ? $0 < $1 : names[$0].lexicographicallyPrecedes(names[$1])
        }
        let suffixed = Dictionary(uniqueKeysWithValues: group.map { ($0, suffixed($0)) })
        // Whoever has a name keeps it; only if nobody has the plain form may one still get it.
        let free = sorted.filter { !taken.contains(suffixed[$0] ?? []) }
        let plain = free.first { taken.contains(names[$0]) } ?? free.first
        for index in sorted where index != plain {
            if names[index] != plain.map({ names[$0] }), taken.contains(names[index]),
                !taken.contains(suffixed[index] ?? [])
            {
                continue
            }
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
