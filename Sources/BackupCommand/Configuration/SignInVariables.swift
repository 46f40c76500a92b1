import Encodings
import GraphClient

/// The environment as sign-in reads it: an empty variable is one that is not set, and what a
/// pipeline did not fill in is refused. Blanks and line ends around a value, which `echo`, files and
/// forms leave behind, are no part of it.
struct SignInVariables: Sendable {
    private let environment: [String: String]

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    subscript(name: String) -> String? {
        environment[name].map(\.trimmingSpaces).flatMap { $0.isEmpty ? nil : String($0) }
    }

    /// Whether one of them is set.
    func has(_ names: String...) -> Bool { names.contains { self[$0] != nil } }

    /// Refuses to go on if something that `kind` needs is not set.
    func require(_ kind: SignInKind, hint: String? = nil) throws(CommandFailure) {
        let missing = kind.required.filter { names in names.allSatisfy { self[$0] == nil } }
            .map { $0[0] }
        guard let last = missing.last else { return }
        let others = missing.dropLast().joined(separator: ", ")
        let names = others.isEmpty ? last : "\(others) and \(last)"
        let rest = missing.count == 1 ? kind.hint(forMissing: last) : nil
        throw CommandFailure(
            "Could not sign in", reason: "\(names) \(others.isEmpty ? "is" : "are") not set",
            hint: rest
                ?? "Set \(others.isEmpty ? "it" : "them") in the environment"
                + (hint.map { "; \($0)" } ?? "."),
            status: .usage)
    }

    /// The text of the first of these that is set.
    func text(_ names: String...) throws(CommandFailure) -> (value: String, name: String)? {
        for name in names {
            guard let value = self[name] else { continue }
            try refuseMacro(value, in: name)
            return (value, name)
        }
        return nil
    }

    /// A name that becomes part of a URL: the first of these that is set.
    func name(_ names: String...) throws(CommandFailure) -> String? {
        for variable in names {
            guard let text = try text(variable)?.value else { continue }
            try refuseQuotes(text, of: variable)
            let name = Self.withoutBraces(text)
            let isClean = name.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
                        || $0 == "-" || $0 == ".")
            }
            if isClean, name.contains(where: { $0 != "." }) { return name }
            throw .wrong(
                .variable(variable), "its value is neither an ID nor a domain",
                hint: "Copy the ID from the application's overview in Entra.")
        }
        return nil
    }

    /// `{1111…}` is how PowerShell and Windows write a GUID.
    private static func withoutBraces(_ text: String) -> String {
        let inner = text.dropFirst().dropLast()
        return text.hasPrefix("{") && text.hasSuffix("}") && isGUID(inner.utf8)
            ? String(inner) : text
    }

    /// A token, which has no quotes in it.
    func token(_ variable: String) throws(CommandFailure) -> String? {
        guard let text = try text(variable)?.value else { return nil }
        try refuseQuotes(text, of: variable)
        return text
    }

    /// A secret in one variable, or in the file that another names.
    func secret(_ variable: String, orFile fileVariable: String) throws(CommandFailure) -> String? {
        if let secret = try text(variable) { return secret.value }
        guard let bytes = try file(fileVariable, limit: 1 << 12) else { return nil }
        // Editors and `echo` end a file with a newline; no secret of Entra does.
        let secret = String(decoding: bytes, as: UTF8.self).trimmingSpaces
        guard !secret.isEmpty else {
            throw .wrong(.variable(fileVariable), "\(self[fileVariable] ?? "") is empty")
        }
        return String(secret)
    }

    /// The bytes of the file that a variable names.
    func file(_ variable: String, limit: Int = 1 << 20) throws(CommandFailure) -> [UInt8]? {
        guard let path = try text(variable)?.value else { return nil }
        let bytes: [UInt8]
        do throws(FileFailure) { bytes = try readSmallFile(path, limit: limit) } catch {
            throw .wrong(.variable(variable), "\(path): \(error.reason)")
        }
        guard !bytes.isEmpty else { throw .wrong(.variable(variable), "\(path) is empty") }
        return bytes
    }

    /// Whether a variable says yes, as the Azure SDKs read it.
    func isOn(_ variable: String) throws(CommandFailure) -> Bool {
        guard let text = try text(variable)?.value else { return false }
        switch text.lowercased() {
        case "1", "true": return true
        case "0", "false": return false
        default: throw .wrong(.variable(variable), "\(text) is neither true nor false")
        }
    }
}

/// Refuses what a shell, or a file of variables, did not take the quotes from.
func refuseQuotes(_ text: some StringProtocol, of variable: String) throws(CommandFailure) {
    guard isQuoted(text) else { return }
    throw .wrong(
        .variable(variable), "it has quotes around it", hint: "Set it without the quotes.")
}
