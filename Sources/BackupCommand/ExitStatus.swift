/// How the program ends, as scripts read it. The numbers are part of the contract with users.
struct ExitStatus: RawRepresentable, Hashable, Sendable {
    let rawValue: Int32

    /// Done, with or without changes.
    static let done = ExitStatus(rawValue: 0)
    /// Failed; the repository is as it was.
    static let failed = ExitStatus(rawValue: 1)
    /// Wrong arguments or configuration.
    static let usage = ExitStatus(rawValue: 2)
    /// Done and published, but a type was kept, or skipped for a missing permission.
    static let incomplete = ExitStatus(rawValue: 3)
    /// Done and published here, but the remote did not take it.
    static let notPushed = ExitStatus(rawValue: 4)
    /// Another run holds the repository.
    static let held = ExitStatus(rawValue: 5)
    /// Sign-in refused, or every chosen type was.
    static let refused = ExitStatus(rawValue: 6)
    /// The repository is damaged; nothing was written.
    static let damaged = ExitStatus(rawValue: 7)

    /// Interrupted by a signal, as a shell reports it: 130 or 143.
    static func interrupted(by signal: Int32) -> ExitStatus {
        ExitStatus(rawValue: 128 + signal)
    }

    /// Whether somebody ended the program.
    var isInterruption: Bool { rawValue > 128 }
}

extension ExitStatus: CustomStringConvertible {
    var description: String { "\(rawValue)" }
}
