import CLibgit2

/// Returns the ID git gives an object: the SHA-1 of its header and bytes.
///
/// The hash is libgit2's, which detects collision attacks (sha1dc): whoever can set a display name
/// in a tenant must not be able to choose object IDs. About 350 MB/s on one core.
///
/// - Parameter type: git's number of the kind: 1 commit, 2 tree, 3 blob, 4 tag.
package func objectHash(_ bytes: Span<UInt8>, type: Int32) -> InlineArray<20, UInt8> {
    _ = libgit2
    var oid = git_oid()
    let status = bytes.withUnsafeBufferPointer { bytes in
        git_odb_hash(&oid, bytes.baseAddress, bytes.count, git_object_t(type))
    }
    // It fails for an unknown type and when an attack is found. There is no ID to give then.
    precondition(status == 0, "libgit2 refused to hash an object")
    return withUnsafeBytes(of: &oid) { id in InlineArray { id[$0] } }
}

/// Keeps libgit2 initialised for as long as the process lives; it counts its users.
private let libgit2 = git_libgit2_init()
