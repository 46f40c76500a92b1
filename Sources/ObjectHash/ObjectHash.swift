import CLibgit2
import CObjectHash

/// Returns the ID git gives an object: the SHA-1 of its header and bytes.
///
/// The hash detects collision attacks with libgit2's detector (sha1dc): whoever can set a display
/// name in a tenant must not be able to choose object IDs. Where the processor computes SHA-1 by
/// itself, it does, and the detector is asked about every block: about 700 MB/s on one core. Else
/// libgit2 does both: 440.
///
/// - Parameter type: git's number of the kind: 1 commit, 2 tree, 3 blob, 4 tag.
package func objectHash(_ bytes: Span<UInt8>, type: Int32) -> InlineArray<20, UInt8> {
    // There is no ID to give for an unknown type, or when an attack is found.
    guard let id = objectHashUnlessAttack(bytes, type: type) else {
        preconditionFailure("an object has an unknown type, or is an attack")
    }
    return id
}

/// The same; `nil` if the bytes are an attack on SHA-1, as those of somebody else may be.
package func objectHashUnlessAttack(
    _ bytes: Span<UInt8>, type: Int32
) -> InlineArray<20, UInt8>? {
    isInHardware ? hashInHardware(bytes, type) : hashByLibgit2(bytes, type)
}

let isInHardware = cobjecthash_is_supported()

func hashInHardware(_ bytes: Span<UInt8>, _ type: Int32) -> InlineArray<20, UInt8>? {
    var id = InlineArray<20, UInt8>(repeating: 0)
    var target = id.mutableSpan
    let isClean = bytes.withUnsafeBufferPointer { bytes in
        target.withUnsafeMutableBufferPointer { target in
            cobjecthash(type, bytes.baseAddress, bytes.count, target.baseAddress)
        }
    }
    return isClean ? id : nil
}

/// Hashes blocks of 64 bytes on from `state`, and returns whether none is a part of an attack.
func hashBlocks(_ blocks: ArraySlice<UInt8>, from state: inout [UInt32]) -> Bool {
    blocks.withUnsafeBufferPointer { blocks in
        cobjecthash_blocks(&state, blocks.baseAddress, blocks.count / 64)
    }
}

func hashByLibgit2(_ bytes: Span<UInt8>, _ type: Int32) -> InlineArray<20, UInt8>? {
    _ = libgit2
    var oid = git_oid()
    let status = bytes.withUnsafeBufferPointer { bytes in
        git_odb_hash(&oid, bytes.baseAddress, bytes.count, git_object_t(type))
    }
    guard status == 0 else { return nil }
    return withUnsafeBytes(of: &oid) { id in InlineArray { id[$0] } }
}

/// Keeps libgit2 initialised for as long as the process lives; it counts its users.
private let libgit2 = git_libgit2_init()
