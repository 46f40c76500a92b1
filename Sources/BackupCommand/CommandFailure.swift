/// Why a command ends without having done what it was asked for, in words for a person.
///
///     Error: Could not read namedLocations: the app lacks Policy.Read.All.
///     Hint: Grant the permission in Entra and consent to it, then run the backup again.
struct CommandFailure: Error, Hashable, Sendable {
    /// What could not be done, and to which thing: `Could not read namedLocations`.
    let message: String
    /// Goes on after a colon, without its stop.
    let reason: String?
    /// What to do, a full sentence.
    let hint: String?
    let status: ExitStatus

    init(
        _ message: String, reason: String? = nil, hint: String? = nil, status: ExitStatus = .failed
    ) {
        self.message = message
        self.reason = reason
        self.hint = hint
        self.status = status
    }

    /// Message and reason as one sentence.
    var sentence: String {
        (message + (reason.map { ": \($0)" } ?? "")).stopped
    }
}

extension CommandFailure {
    /// Something the user set cannot be what it is.
    ///
    /// - Parameter origin: where it was set.
    static func wrong(
        _ origin: SettingOrigin, _ reason: String, hint: String? = nil
    ) -> CommandFailure {
        CommandFailure("Could not use \(origin)", reason: reason, hint: hint, status: .usage)
    }
}

extension String {
    /// The text with a full stop, but not straight after an ID, a path or an address, where it
    /// would be copied along.
    var stopped: String {
        guard let last = unicodeScalars.last, !".!?".unicodeScalars.contains(last) else {
            return self
        }
        let word = split(separator: " ").last ?? ""
        let isID = word.count >= 20 && word.allSatisfy { $0.isHexDigit || $0 == "-" }
        return isID || word.contains("/") || word.contains("@") ? self : self + "."
    }

    /// The text with its first letter as a sentence begins, unless it is a name of ours.
    var capitalizedSentence: String {
        guard let first else { return self }
        return first.uppercased() + dropFirst()
    }
}
