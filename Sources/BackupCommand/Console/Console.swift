import FoundationEssentials

/// The one place that prints.
///
/// What a command is asked for goes to standard output, what is said about it to standard error.
/// Whatever a line holds, it stays that line: control and bidirectional characters are shown
/// escaped, and an agent of a pipeline finds no command in it. A caller that puts a tenant's text
/// into a line begins the line with a word of its own.
///
/// - Errors: none is thrown. A reader that closed its pipe has seen enough; any other failure to
///   write standard output is kept as ``outputFailure``.
actor Console {
    typealias Write = @Sendable (OutputStream, String) -> String?

    /// A word before a message, and its colour.
    enum Label: String {
        case error = "Error"
        case warning = "Warning"
        case hint = "Hint"

        fileprivate var color: String {
            switch self {
            case .error: "31"
            case .warning: "33"
            case .hint: "36"
            }
        }
    }

    nonisolated let style: ConsoleStyle
    private let write: Write
    private var isLineDrawn = false
    /// Why standard output could not be written, in the system's words.
    private(set) var outputFailure: String?

    /// - Parameter write: writes to a stream and returns why it could not.
    init(_ style: ConsoleStyle, write: @escaping Write = { $0.write($1) }) {
        self.style = style
        self.write = write
    }

    // MARK: Standard output

    /// Prints a line of what the command was asked for.
    func output(_ line: String, isHeading: Bool = false) {
        let text = line.asLine(pipeline: style.isPipeline)
        print(isHeading && style.colorsOutput ? text.colored("1") : text)
    }

    /// Prints a file of the program's own, with its line breaks and as it is: nothing in it is a
    /// tenant's.
    func file(_ text: String) {
        print(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    }

    /// Prints the one JSON document of a command.
    func document(_ value: some Encodable & Sendable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            print(String(decoding: try encoder.encode(value), as: UTF8.self).safeJSON)
        } catch {
            outputFailure = "the result cannot be written as JSON"
        }
    }

    private func print(_ text: String) {
        clearLine()
        guard let reason = write(.standardOutput, text + "\n") else { return }
        outputFailure = outputFailure ?? reason
    }

    // MARK: Standard error

    /// Says how things go, unless the user wants quiet.
    func say(_ line: String) {
        guard style.volume != .quiet else { return }
        message(line.asLine(pipeline: style.isPipeline))
    }

    /// Says what only a curious user wants to know.
    func detail(_ line: String) {
        guard style.volume == .verbose else { return }
        say(line)
    }

    /// Says something that needs attention. Errors and their hints are said in quiet, too.
    func say(_ label: Label, _ text: String) {
        guard style.volume != .quiet || label != .warning else { return }
        let word = "\(label.rawValue):"
        message(
            (style.colorsMessages ? word.colored(label.color) : word) + " "
                + text.asLine(pipeline: style.isPipeline))
    }

    /// Says why a command failed, and what to do.
    func say(_ failure: CommandFailure) {
        say(.error, failure.sentence)
        if let hint = failure.hint { say(.hint, hint) }
    }

    private func message(_ line: String) {
        clearLine()
        _ = write(.standardError, line + "\n")
    }

    // MARK: The progress line

    /// Draws the progress line over the last one.
    ///
    /// - Parameter line: shorter than the terminal is wide.
    func draw(_ line: String) {
        isLineDrawn = true
        _ = write(.standardError, "\r\(line.asLine(pipeline: false))\u{1B}[K")
    }

    /// Takes the progress line away.
    func clearLine() {
        guard isLineDrawn else { return }
        isLineDrawn = false
        _ = write(.standardError, "\r\u{1B}[K")
    }
}

extension String {
    fileprivate func colored(_ code: String) -> String { "\u{1B}[\(code)m\(self)\u{1B}[0m" }
}
