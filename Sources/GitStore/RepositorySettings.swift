import CLibgit2
import GitPack
import Glibc

/// What a repository's own configuration says that concerns this program.
struct RepositorySettings: Sendable {
    /// Who may use what is made in it (`core.sharedRepository`).
    private(set) var sharing = SharedPermissions.byMask
    /// Whether no object may be removed (`extensions.preciousObjects`).
    private(set) var hasPreciousObjects = false
    /// The remote that has the objects which a partial clone of git's lacks.
    private(set) var promisor: String?
    /// `core.bare`, also where git keeps it for the main work tree alone.
    private(set) var isBare: Bool?

    /// Those of a repository that says nothing.
    init() {}

    /// Reads the configuration of the repository in `folder`.
    ///
    /// - Throws: ``GitError`` of kind `notARepository` if it is one that this program cannot use.
    init(of folder: String) throws(GitError) {
        let entries = try ConfigurationEntry.all(in: "\(folder)/config")
        let version =
            entries.last { $0.name == "core.repositoryformatversion" }
            .flatMap { $0.value.flatMap { Int($0) } } ?? 0
        var hasOwnFile = false
        for entry in entries {
            try take(entry, in: folder)
            guard let name = entry.name(below: "extensions.") else { continue }
            // Git of old honours these three in every version, and no others in version 0.
            let isOld = ["preciousobjects", "partialclone", "worktreeconfig"].contains(name)
            guard version > 0 || isOld else { continue }
            try takeExtension(name, entry.value, in: folder)
            if name == "worktreeconfig" { hasOwnFile = entry.isOn }
        }
        guard hasOwnFile else { return }
        for entry in try ConfigurationEntry.all(in: "\(folder)/config.worktree") {
            try take(entry, in: folder)
        }
    }

    private mutating func take(_ entry: ConfigurationEntry, in folder: String) throws(GitError) {
        switch entry.name {
        case "core.bare": isBare = entry.isOn
        case "core.sharedrepository":
            guard let value = SharedPermissions(entry.value) else {
                throw GitError(
                    .notARepository, "use \(folder)",
                    reason: "its core.sharedRepository is '\(entry.value ?? "")', which git does "
                        + "not accept",
                    hint: "Set it to umask, group, all or an octal mode such as 0640, with git "
                        + "config.")
            }
            sharing = value
        default:
            let name = entry.name(below: "remote.").flatMap { rest in
                rest.hasSuffix(".promisor") ? String(rest.dropLast(".promisor".count)) : nil
            }
            if let name, entry.isOn { promisor = name }
        }
    }

    private mutating func takeExtension(
        _ name: String, _ value: String?, in folder: String
    ) throws(GitError) {
        func refusal(_ reason: String, _ hint: String) -> GitError {
            GitError(.notARepository, "use \(folder)", reason: reason, hint: hint)
        }
        switch (name, value?.lowercased()) {
        case ("noop", _), ("noop-v1", _), ("worktreeconfig", _), ("relativeworktrees", _),
            ("objectformat", "sha1"), ("refstorage", "files"):
            break
        case ("preciousobjects", _): hasPreciousObjects = ConfigurationEntry.isOn(value)
        case ("partialclone", _): promisor = promisor ?? value
        case ("objectformat", _):
            throw refusal(
                "its objects are named by \(value ?? "another hash") "
                    + "(extensions.objectFormat), and only sha1 is supported",
                "Name another repository with --repo; git init --bare --object-format=sha1 makes one."
            )
        case ("refstorage", _):
            throw refusal(
                "its refs are stored as \(value ?? "something else") (extensions.refStorage), and "
                    + "only files is supported",
                "Run git refs migrate --ref-format=files in it, or name another repository with "
                    + "--repo.")
        default:
            throw refusal(
                "it has the extension extensions.\(name), which is not supported",
                "Name another repository with --repo. If nothing in this one needs the extension, "
                    + "git config --unset extensions.\(name) removes it.")
        }
    }
}

/// One line of a configuration file.
private struct ConfigurationEntry {
    /// Section and name in lower case, a subsection as it is.
    let name: String
    /// `nil` for a name that stands alone, which means true.
    let value: String?

    var isOn: Bool { Self.isOn(value) }

    static func isOn(_ value: String?) -> Bool {
        guard let value = value?.lowercased() else { return true }
        return ["true", "yes", "on"].contains(value) || Int(value).map { $0 != 0 } ?? false
    }

    func name(below prefix: String) -> String? {
        name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil
    }

    /// Reads a file; none has no entries.
    static func all(in path: String) throws(GitError) -> [ConfigurationEntry] {
        guard access(path, F_OK) == 0 else { return [] }
        let configuration = try Handle<Configuration>("read \(path)", or: .notARepository) {
            git_config_open_ondisk($0, path)
        }
        let entries = EntryList()
        try check("read \(path)", or: .notARepository) {
            git_config_foreach(
                configuration.pointer,
                { entry, list in
                    guard let entry, let list else { return 0 }
                    let value = entry.pointee.value.map { String(cString: $0) }
                    Unmanaged<EntryList>.fromOpaque(list).takeUnretainedValue().entries.append(
                        ConfigurationEntry(name: String(cString: entry.pointee.name), value: value))
                    return 0
                }, Unmanaged.passUnretained(entries).toOpaque())
        }
        return withExtendedLifetime(entries) { entries.entries }
    }

    private final class EntryList {
        var entries: [ConfigurationEntry] = []
    }
}

enum Configuration: HandleKind {
    static func free(_ pointer: OpaquePointer) { git_config_free(pointer) }
}
