import Glibc

/// A system call that failed, as a person would be told: what could not be done, to which path,
/// and why.
package struct FileError: Error, Sendable {
    /// Completes "Could not …": `write /srv/tenant.git/objects/pack/tmp_pack_1`.
    package let action: String
    /// The number in `errno`.
    package let code: Int32

    package init(_ action: String, code: Int32 = errno) {
        self.action = action
        self.code = code
    }

    /// The system's words for the code: `No space left on device`.
    package var reason: String { String(cString: strerror(code)) }
}
