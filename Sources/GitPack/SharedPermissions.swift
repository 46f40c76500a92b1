import Glibc

/// Who may use the files of a repository beside their owner (`core.sharedRepository` of
/// git-config(1)).
package struct SharedPermissions: Sendable, Equatable {
    /// Permissions of a file; `nil` leaves what the process's mask gives.
    private let mode: UInt32?
    /// Whether `mode` is all that a file gets, or what it gets beside.
    private let isExact: Bool

    /// As the process's mask has it.
    package static let byMask = SharedPermissions(mode: nil, isExact: false)

    private init(mode: UInt32?, isExact: Bool) {
        self.mode = mode
        self.isExact = isExact
    }

    /// Reads the setting's value as git does; `nil` if git refuses it.
    ///
    /// - Parameter text: `nil` if the setting stands there without a value.
    package init?(_ text: String?) {
        switch text?.lowercased() {
        case nil, "group", "true", "yes", "on", "1": self.init(mode: 0o660, isExact: false)
        case "umask", "false", "no", "off", "", "0": self = .byMask
        case "all", "world", "everybody", "2": self.init(mode: 0o664, isExact: false)
        case .some(let text):
            guard let number = UInt32(text, radix: 8) else { return nil }
            switch number {
            case 0: self = .byMask
            case 1: self.init(mode: 0o660, isExact: false)
            case 2: self.init(mode: 0o664, isExact: false)
            default:
                // Nobody can take reading and writing from the owner, nor give writing to all.
                guard number & 0o600 == 0o600 else { return nil }
                self.init(mode: number & 0o666, isExact: true)
            }
        }
    }

    /// Gives a file or folder that was just made the permissions it has to have.
    ///
    /// - Throws: ``FileError`` if it is not there, or not this user's.
    package func adjust(_ path: String) throws(FileError) {
        guard mode != nil else { return }
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError("read \(path)") }
        let new = adjusted(status.st_mode)
        guard new != status.st_mode & 0o7777 else { return }
        guard chmod(path, new) == 0 else { throw FileError("change the permissions of \(path)") }
    }

    private func adjusted(_ old: UInt32) -> UInt32 {
        guard var tweak = mode else { return old & 0o7777 }
        if old & S_IWUSR == 0 { tweak &= ~0o222 }
        if old & S_IXUSR != 0 { tweak |= (tweak & 0o444) >> 2 }
        var new = isExact ? (old & 0o7777 & ~0o777) | tweak : (old & 0o7777) | tweak
        if old & S_IFMT == S_IFDIR {
            new |= (new & 0o444) >> 2
            // What is made in the folder belongs to its group, not to that of whoever makes it.
            if new & 0o060 != 0 { new |= S_ISGID }
        }
        return new
    }
}
