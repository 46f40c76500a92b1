import GraphCatalog
import NIOHTTP1

/// One try of a request that did not bring its answer.
struct Failure: Error {
    enum Class: Hashable {
        /// 429 and 509: too many requests, for everyone in the bucket.
        case throttled
        /// 503 and 504.
        case busy
        /// 500, 502, 408: likely to pass, less likely to pass soon.
        case faulty
        /// The connection ended before the answer did.
        case broken
        /// There never was a connection.
        case unreachable
        /// Something came that is not the JSON that was promised.
        case garbled
        /// 401.
        case tokenRejected
        /// Trying again changes nothing.
        case final(GraphError.Kind)
    }

    let kind: Class
    /// Goes on from the service's name: `answered 503`.
    let deed: String
    /// The error's code or cause, in brackets at the end of the sentence.
    let detail: String?
    /// What it means, or what the service says, after a colon: `the tenant has no licence for it`.
    let explanation: String?
    let retryAfter: Duration?
    let hint: String?
    /// What the service said, if it was the service.
    let error: ServiceError?

    init(
        _ kind: Class, _ deed: String, detail: String? = nil, explanation: String? = nil,
        retryAfter: Duration? = nil, hint: String? = nil, error: ServiceError? = nil
    ) {
        self.kind = kind
        self.deed = deed
        self.detail = detail
        self.explanation = explanation
        self.retryAfter = retryAfter
        self.hint = hint
        self.error = error
    }

    static let cancelled = Failure(.final(.other), "was cancelled")
}

extension Failure {
    /// Reads what Graph answers when it does not answer with what was asked for.
    ///
    /// <https://learn.microsoft.com/graph/errors>
    init(
        status: Int, headers: HTTPHeaders, body: some Collection<UInt8>,
        of service: Service = .graph
    ) {
        let error = ServiceError(Array(body))
        let kind = Self.kind(of: status, error)
        var explanation = Unavailability(status, error)?.explanation
        var hint = status == 403 ? service.roleHint : nil
        if status == 400, kind == .final(.other) || error.unknownMember != nil {
            // Nobody knows better what is wrong than the service.
            explanation = error.quotation
            hint = "If the tenant cannot have this type, leave it out with --exclude."
        }
        self.init(
            kind, "answered \(status)", detail: error.codes.first, explanation: explanation,
            retryAfter: requestedWait(headers), hint: hint, error: error)
    }

    /// What the failure means for `request`, whose declaration may know the error.
    func asDeclared(by request: GraphRequest) -> Failure {
        guard case .final = kind, let error else { return self }
        let known: GraphError.Kind
        if error.isAny(of: request.empty) {
            known = .empty
        } else if error.isAny(of: request.unavailable) {
            known = .notAvailable
        } else {
            return self
        }
        return Failure(
            .final(known), deed, detail: detail, explanation: error.quotation, error: error)
    }

    private static func kind(of status: Int, _ error: ServiceError) -> Class {
        switch status {
        case 400..<500 where error.isDeadPageToken: .final(.pageTokenExpired)
        case 400 where error.unknownMember != nil:
            .final(error.unknownMember.map { .unknownMember($0) } ?? .other)
        case _ where Unavailability(status, error) != nil: .final(.notAvailable)
        case 403: .final(.notPermitted)
        case 401: .tokenRejected
        case 402, 405, 501: .final(.notAvailable)
        case 404: .final(.notFound)
        case 408, 423, 424: .faulty
        case 429, 509: .throttled
        case 503, 504: .busy
        case 500...: .faulty
        case 400..<500: .final(.other)
        case 201..<300: .garbled
        default: .final(.malformed)
        }
    }
}

extension ServiceError {
    /// The page token died. Two of these errors have no code, only words.
    fileprivate var isDeadPageToken: Bool {
        let known = [
            "Directory_ExpiredPageToken", "DirectoryPageTokenNotFoundException", "InvalidSkipToken",
        ]
        return codes.contains(where: known.contains)
            || message.contains("Invalid Skip Token") || message.contains("Token not found")
    }

    /// The name in `Could not find a property named 'x' on type 'microsoft.graph.user'`; `nil` of any
    /// other error.
    fileprivate var unknownMember: String? {
        let parts = message.split(separator: "Could not find a property named '", maxSplits: 1)
        guard let rest = parts.last, message != rest, let end = rest.firstIndex(of: "'"),
            rest[end...].hasPrefix("' on type '")
        else { return nil }
        let name = rest[..<end]
        let isWord = name.utf8.allSatisfy { byte in
            let character = Character(Unicode.Scalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber || byte == 0x5F)
        }
        return isWord && (1...120).contains(name.utf8.count) ? String(name) : nil
    }

    /// Whether it has one of these codes, or one of these words in its message.
    fileprivate func isAny(of known: [String]) -> Bool {
        let message = message.lowercased()
        return known.contains { codes.contains($0) || message.contains($0.lowercased()) }
    }
}
