import CanonicalJSON

/// Why a tenant does not have something, as far as services say it in codes and words.
///
/// No two services use the same ones: SharePoint answers 400 `BadRequest`, entitlement management 403
/// `NoLicense`, Intune 400 with a sentence, and a national cloud 400 for a path that it does not have.
/// This is the only table of them; what is known of one type only is declared with the type.
enum Unavailability: CaseIterable {
    case licence
    case service
    case cloud

    /// Of errors with one of these statuses. An object that is not there can be "not found for the
    /// segment" too, with 404: that is no matter of the cloud.
    private var statuses: Set<Int> {
        self == .cloud ? [400] : [400, 403, 404]
    }

    /// Compared whole, whatever the letters' case.
    private var codes: [String] {
        switch self {
        case .licence:
            [
                "AadPremiumLicenseRequired", "NoLicense", "LicenseRequired",
                "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            ]
        case .service: ["TenantNotOnboarded"]
        case .cloud: []
        }
    }

    /// Parts of messages, in lower case.
    private var words: [String] {
        switch self {
        case .licence:
            [
                "spo license", "license requirement", "have premium license",
                "microsoft entra id governance license", "aad premium", "not licensed",
                "does not have a valid license", "doesn't have a valid license",
                "requires a premium license", "does not have the required license",
            ]
        case .service: ["request not applicable to target tenant"]
        case .cloud:
            [
                "resource not found for the segment", "no odata route exists that match",
                "not supported in this cloud", "not available in this cloud",
                "not supported in national cloud",
            ]
        }
    }

    /// The end of a sentence: `Graph answered 403 (NoLicense): the tenant has no licence for it`.
    var explanation: String {
        switch self {
        case .licence: "the tenant has no licence for it"
        case .service: "the tenant does not use the service"
        case .cloud: "this cloud does not have it"
        }
    }

    /// `nil` if the error says nothing of the kind.
    init?(_ status: Int, _ error: ServiceError) {
        guard (400...404).contains(status) else { return nil }
        let codes = error.codes.map { $0.lowercased() }
        let message = error.message.lowercased()
        let known = Self.allCases.first { reason in
            guard reason.statuses.contains(status) else { return false }
            return reason.codes.contains { codes.contains($0.lowercased()) }
                || reason.words.contains { message.contains($0) }
        }
        guard let known else { return nil }
        self = known
    }
}

extension ServiceError {
    /// The service's own words as they may be shown: one line of plain text, cut to 200 characters,
    /// nothing in it that looks like a secret. `nil` if there are none.
    var quotation: String? {
        let plain = message.unicodeScalars.map { scalar in
            Self.isPlain(scalar) ? Character(scalar) : " "
        }
        let words = String(plain).split(separator: " ").map { withoutSecrets(String($0)) }
        let text = withoutSecrets(words.joined(separator: " "))
        guard !text.isEmpty else { return nil }
        return text.count > 200 ? "“\(text.prefix(200))…”" : "“\(text)”"
    }

    /// Whether a character is seen and steers nothing.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator, .spaceSeparator:
            false
        default: true
        }
    }
}
