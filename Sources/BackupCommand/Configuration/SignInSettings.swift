/// Who signs in to which tenant, from the variables of the Azure SDKs.
///
/// The secret is in the environment or in a file it names, never in a flag or in the configuration.
/// Prints without it.
struct SignInSettings: Sendable, CustomStringConvertible, CustomReflectable {
    /// A GUID or a domain.
    let tenant: String
    let clientID: String
    let secret: String

    init(_ environment: [String: String]) throws(CommandFailure) {
        try Self.requireAll(environment)
        tenant = try Self.name(environment, "AZURE_TENANT_ID")
        clientID = try Self.name(environment, "AZURE_CLIENT_ID")
        secret = try Self.secret(environment)
    }

    var description: String { "a client secret of \(clientID) in \(tenant)" }

    var customMirror: Mirror { Mirror(self, children: []) }

    /// A name that becomes part of a URL.
    private static func name(
        _ environment: [String: String], _ variable: String
    ) throws(CommandFailure) -> String {
        let name = environment[variable] ?? ""
        try refuseMacro(name, in: variable)
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

    private static func secret(_ environment: [String: String]) throws(CommandFailure) -> String {
        if let secret = environment["AZURE_CLIENT_SECRET"], !secret.isEmpty {
            try refuseMacro(secret, in: "AZURE_CLIENT_SECRET")
            return secret
        }
        let path = environment["AZURE_CLIENT_SECRET_FILE"] ?? ""
        let bytes: [UInt8]
        do throws(FileFailure) { bytes = try readSmallFile(path, limit: 1 << 12) } catch {
            throw .wrong(.variable("AZURE_CLIENT_SECRET_FILE"), "\(path): \(error.reason)")
        }
        // Editors and `echo` end a file with a newline; no secret of Entra does.
        let secret = String(decoding: bytes, as: UTF8.self).trimmingSpaces
        guard !secret.isEmpty else {
            throw .wrong(.variable("AZURE_CLIENT_SECRET_FILE"), "\(path) is empty")
        }
        return String(secret)
    }

    private static func requireAll(_ environment: [String: String]) throws(CommandFailure) {
        func isSet(_ name: String) -> Bool { !(environment[name] ?? "").isEmpty }
        var missing = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"].filter {
            !isSet($0)
        }
        if isSet("AZURE_CLIENT_SECRET_FILE") { missing.removeAll { $0 == "AZURE_CLIENT_SECRET" } }
        guard let last = missing.popLast() else { return }
        let names = missing.isEmpty ? last : "\(missing.joined(separator: ", ")) and \(last)"
        let other = otherCredentials.first(where: isSet)
        throw CommandFailure(
            "Could not sign in", reason: "\(names) \(missing.isEmpty ? "is" : "are") not set",
            hint: "Set \(missing.isEmpty ? "it" : "them") in the environment."
                + (other.map { " This version cannot sign in with \($0)." } ?? ""),
            status: .usage)
    }

    private static let otherCredentials = [
        "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE", "IDENTITY_ENDPOINT",
    ]

    /// What to tell whoever tried to set a part of the sign-in as a flag or key of this name;
    /// `nil` if the name means something else.
    static func hint(forMisplaced name: String) -> String? {
        let word = name.lowercased().filter(\.isLetter)
        if ["secret", "password", "token"].contains(where: word.contains) {
            return "A secret is read from the environment: set AZURE_CLIENT_SECRET."
        }
        guard ["tenant", "tenantid", "clientid", "appid", "username"].contains(word) else {
            return nil
        }
        return "Sign-in is set in the environment: AZURE_TENANT_ID and AZURE_CLIENT_ID."
    }
}
