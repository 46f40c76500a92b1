import GraphClient

extension ClientCertificate {
    /// Reads the certificate that `AZURE_CLIENT_CERTIFICATE_PATH` names, and what is set beside it.
    init(_ variables: SignInVariables) throws(CommandFailure) {
        let variable = "AZURE_CLIENT_CERTIFICATE_PATH"
        let keyVariable = "AZURE_CLIENT_CERTIFICATE_KEY_PATH"
        let bytes = try variables.file(variable) ?? []
        let key = try variables.file(keyVariable)
        let password = try variables.secret(
            "AZURE_CLIENT_CERTIFICATE_PASSWORD", orFile: "AZURE_CLIENT_CERTIFICATE_PASSWORD_FILE")
        do throws(CertificateError) {
            try self.init(bytes, key: key, password: password)
        } catch {
            let isKey = [.noKey, .needsPassword, .wrongPassword, .oddPassword, .unusableKey]
                .contains(error)
            let name = isKey && key != nil ? keyVariable : variable
            throw .wrong(
                .variable(name), "\(variables[name] ?? "") \(error.words)", hint: error.hint)
        }
        algorithm = try Self.algorithm(variables)
        sendsChain = try variables.isOn("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN")
    }

    private static func algorithm(
        _ variables: SignInVariables
    ) throws(CommandFailure) -> Algorithm {
        let variable = "AZURE_CLIENT_CERTIFICATE_ALGORITHM"
        guard let text = try variables.text(variable)?.value else { return .ps256 }
        if let algorithm = Algorithm(rawValue: text.uppercased()) { return algorithm }
        throw .wrong(
            .variable(variable), "there is no algorithm \(text)",
            hint: "The algorithms are PS256 and, for old authorities, RS256.")
    }
}

extension CertificateError {
    /// Goes on from the file's name.
    fileprivate var words: String {
        switch self {
        case .empty: "is empty"
        case .unknownForm: "is neither PEM nor PKCS#12"
        case .noCertificate: "holds no certificate"
        case .noKey: "holds no private key"
        case .needsPassword: "is encrypted, and no password is set"
        case .wrongPassword: "cannot be opened with the password"
        case .oddPassword: "cannot be opened with a password that is not ASCII"
        case .unusableKey: "holds no RSA key of 2048 bits or more"
        case .otherKey: "holds no certificate of the private key"
        }
    }

    fileprivate var hint: String? {
        switch self {
        case .needsPassword, .wrongPassword:
            "Set AZURE_CLIENT_CERTIFICATE_PASSWORD, or AZURE_CLIENT_CERTIFICATE_PASSWORD_FILE."
        case .oddPassword: "Use PKCS#12, or give the key another password."
        case .noKey:
            "Put the key into the same file, or name its file in AZURE_CLIENT_CERTIFICATE_KEY_PATH."
        case .otherKey: "Certificate and key must be a pair."
        case .empty, .unknownForm, .noCertificate, .unusableKey: nil
        }
    }
}
