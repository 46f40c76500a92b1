import GitObjects

/// The whole trees of a pack that is being written, to find the one that another tree is like.
///
/// Trees of one folder have most names in common. Each tree is known by the eight smallest hashes of
/// its names, of which two sets with most members in common share most as well.
///
/// Memory: some 200 bytes a tree, and the bytes of the one that was used last.
struct WholeTrees {
    private var trees: [Tree] = []
    /// The tree that had this hash last.
    private var places: [UInt64: Int] = [:]
    private var used: (place: Int, bytes: [UInt8])?

    /// A whole tree, where it was copied from and to.
    struct Tree {
        let file: MappedFile
        /// Of its zlib stream.
        let stream: Range<Int>
        /// Bytes of the tree, inflated.
        let count: Int
        /// Where its entry begins in the pack that is being written.
        let offset: Int

        /// Returns the tree's bytes; `nil` if the stream is damaged.
        func bytes(_ deflate: borrowing Deflate) -> [UInt8]? {
            deflate.decompress(UnsafeRawBufferPointer(rebasing: file.bytes[stream]), count: count)
        }
    }

    /// Returns the tree that has half of these hashes or more; the one written last if there are
    /// several.
    func partner(of sketch: TreeSketch) -> Int? {
        let found = sketch.hashes.compactMap { places[$0] }
        let best = Set(found).max { one, other in
            let (few, many) = (found.count { $0 == one }, found.count { $0 == other })
            return few == many ? one < other : few < many
        }
        guard let best, found.count(where: { $0 == best }) * 2 >= sketch.hashes.count else {
            return nil
        }
        return best
    }

    func offset(of place: Int) -> Int { trees[place].offset }

    /// Returns a tree's bytes; `nil` if they cannot be read.
    mutating func bytes(of place: Int, _ deflate: borrowing Deflate) -> [UInt8]? {
        if let used, used.place == place { return used.bytes }
        used = nil
        guard let bytes = trees[place].bytes(deflate) else { return nil }
        used = (place, bytes)
        return bytes
    }

    /// Takes note of a tree that is written whole.
    mutating func append(_ tree: Tree, _ bytes: [UInt8], _ sketch: TreeSketch) {
        for hash in sketch.hashes { places[hash] = trees.count }
        used = (trees.count, bytes)
        trees.append(tree)
    }
}

/// The smallest hashes of a tree's names.
struct TreeSketch {
    /// In ascending order.
    private(set) var hashes: [UInt64] = []

    private static let limit = 8

    /// `nil` if the bytes are no tree, or an empty one.
    ///
    /// Cost: one pass over the names.
    init?(_ tree: [UInt8]) {
        var cursor = TreeCursor(tree)
        do {
            while try cursor.advance() { insert(hash(tree, cursor.name)) }
        } catch { return nil }
        guard !hashes.isEmpty else { return nil }
    }

    private mutating func insert(_ hash: UInt64) {
        if hashes.count == Self.limit {
            guard hash < hashes[Self.limit - 1] else { return }
            hashes.removeLast()
        }
        hashes.insert(hash, at: hashes.firstIndex { hash < $0 } ?? hashes.count)
    }
}

private func hash(_ tree: [UInt8], _ name: Range<Int>) -> UInt64 {
    tree.withUnsafeBytes { tree in
        var hash = UInt64(name.count)
        func mix(_ word: UInt64) {
            hash = (hash ^ word) &* 0xBF58_476D_1CE4_E5B9
            hash ^= hash >> 32
        }
        var at = name.lowerBound
        while at + 8 <= name.upperBound {
            mix(tree.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        while at < name.upperBound {
            mix(UInt64(tree[at]))
            at += 1
        }
        return hash &* 0x94D0_49BB_1331_11EB
    }
}
