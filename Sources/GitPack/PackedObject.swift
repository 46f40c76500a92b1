package import GitObjects

/// Returns an object that is whole in a pack of one of these folders, each an `objects/pack`; `nil`
/// if none of them has it so.
///
/// For the case that a copy is damaged: each part of it is taken from whichever pack has that part
/// whole, and the result is held against its ID.
///
/// Cost: for each pack that is looked into, its whole index is read and hashed.
package func wholePackedObject(
    _ id: ObjectID, in folders: [String]
) throws(FileError) -> (kind: ObjectKind, bytes: [UInt8])? {
    var sources: [PackSource] = []
    for folder in folders {
        // A pack that is damaged at its ends has nothing to give.
        for pair in try PackPair.all(in: folder) {
            if let source = try? PackSource(pair) { sources.append(source) }
        }
    }
    let deflate = Deflate()
    var deltas: [[UInt8]] = []
    var next = id
    // Longer than any chain that git makes.
    while deltas.count < 5_000 {
        guard let part = wholePart(next, in: sources, deflate) else { return nil }
        switch part {
        case .delta(let bytes, let base):
            deltas.append(bytes)
            next = base
        case .object(let kind, var bytes):
            for delta in deltas.reversed() {
                guard let whole = applied(delta, to: bytes) else { return nil }
                bytes = whole
            }
            return ObjectID(of: kind, bytes.span) == id ? (kind, bytes) : nil
        }
    }
    return nil
}

/// What one entry of a pack holds.
private enum PackedPart {
    case object(ObjectKind, [UInt8])
    case delta([UInt8], of: ObjectID)
}

private func wholePart(
    _ id: ObjectID, in sources: [PackSource], _ deflate: borrowing Deflate
) -> PackedPart? {
    for source in sources {
        guard let entry = try? source.entry(of: id),
            let bytes = deflate.decompress(
                UnsafeRawBufferPointer(rebasing: source.file.bytes[entry.stream]),
                count: entry.header.count)
        else { continue }
        switch entry.header.form {
        case .whole(let kind): return .object(kind, bytes)
        case .referenceDelta(let base): return .delta(bytes, of: base)
        case .offsetDelta(let distance):
            guard let base = source.id(at: entry.range.lowerBound - distance) else { continue }
            return .delta(bytes, of: base)
        }
    }
    return nil
}
