import ArgumentParser
import Encodings

/// What ArgumentParser says about arguments it does not understand, in this program's way.
struct UsageMessage {
    private let message: String
    private let arguments: [String]

    init(_ message: String, for arguments: [String]) {
        self.message = message
        self.arguments = arguments
    }

    var failure: CommandFailure { unknownCommand ?? unknownOption }

    /// `tenantkeep bakcup` is no unexpected argument but a word that is no command.
    private var unknownCommand: CommandFailure? {
        guard let word = arguments.first, !word.hasPrefix("-"), !Self.commands.contains(word) else {
            return nil
        }
        let close = nearest(to: word, among: Self.commands)
        let isClose = editDistance(word, close) <= max(close.count / 2, 1)
        return CommandFailure(
            "There is no command \(word) in this version",
            hint: (isClose ? "Did you mean \(close)? " : "")
                + "tenantkeep --help lists the commands.",
            status: .usage)
    }

    private var unknownOption: CommandFailure {
        let question = message.firstRange(of: " Did you mean")
        var sentence = String(message[..<(question?.lowerBound ?? message.endIndex)])
        while let last = sentence.last, last == "." || last.isNewline { sentence.removeLast() }
        let command = arguments.first.flatMap { Self.commands.contains($0) ? " \($0)" : nil } ?? ""
        let hints = [
            misplacedSignIn ?? question.map { String(message[$0.lowerBound...].trimmingSpaces) },
            "tenantkeep\(command) --help lists the options.",
        ]
        return CommandFailure(
            sentence, hint: hints.compactMap(\.self).joined(separator: " "), status: .usage)
    }

    /// An unknown option of this kind may hold a secret by now, so it is named without its value.
    private var misplacedSignIn: String? {
        guard let prefix = message.firstRange(of: "Unknown option '--") else { return nil }
        return SignInSettings.hint(
            forMisplaced: String(message[prefix.upperBound...].prefix { $0 != "'" }))
    }

    private static let commands =
        TenantkeepCommand.configuration.subcommands.compactMap { $0.configuration.commandName } + [
            "help"
        ]
}
