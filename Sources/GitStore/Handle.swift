import CLibgit2
import Glibc

/// Owns one libgit2 object, and frees it once.
///
/// A handle exists only if the call that makes the object succeeded.
struct Handle<Kind: HandleKind>: ~Copyable {
    let pointer: OpaquePointer

    init(
        _ action: @autoclosure () -> String, or kind: GitError.Kind = .other,
        _ make: (UnsafeMutablePointer<OpaquePointer?>) -> CInt
    ) throws(GitError) {
        var made: OpaquePointer?
        try check(action(), or: kind) { make(&made) }
        guard let made else { throw GitError(kind, action(), reason: "libgit2 gave nothing") }
        pointer = made
    }

    deinit {
        Kind.free(pointer)
    }
}

/// A kind of libgit2 object, by the function that frees it.
protocol HandleKind {
    static func free(_ pointer: OpaquePointer)
}

enum ObjectDatabase: HandleKind {
    static func free(_ pointer: OpaquePointer) { git_odb_free(pointer) }
}

enum StoredObject: HandleKind {
    static func free(_ pointer: OpaquePointer) { git_odb_object_free(pointer) }
}

/// Prepares libgit2 for this process, once.
enum Libgit2 {
    static let isReady: Bool = {
        git_libgit2_init()
        // The host's git configuration is not ours. Without it, nothing in a repository is executed
        // or included, so a folder's owner need not be asked for.
        for level in [
            GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
            GIT_CONFIG_LEVEL_GLOBAL,
        ] {
            clg_set_search_path(level.rawValue, "")
        }
        clg_set(CInt(GIT_OPT_SET_OWNER_VALIDATION.rawValue), 0)
        clg_set_size(CInt(GIT_OPT_SET_MWINDOW_FILE_LIMIT.rawValue), 128)
        // ``RepositorySettings`` looks at their values, and refuses those it does not know.
        let names = [
            "noop", "noop-v1", "objectformat", "partialclone", "preciousobjects", "refstorage",
            "relativeworktrees", "worktreeconfig",
        ]
        let copies = names.map { strdup($0) }
        clg_accept_extensions(copies.map { UnsafePointer($0) }, copies.count)
        for copy in copies { free(copy) }
        return true
    }()
}
