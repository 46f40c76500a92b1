/// What came in: one request, or one member of a batch.
struct Inquiry: Sendable {
    var method: String
    /// As it stood in the request line, still percent-encoded, without the query.
    var path: String
    var query: String
    var headers: Headers
    var body: [UInt8] = []
    /// Scheme, host and port under which the client knows this server.
    var origin: String
    var isMember = false
    /// What the answer names the exchange by.
    let id = newGUID()
}

/// Header fields in order; names compare without case.
struct Headers: Sendable {
    var fields: [(name: String, value: String)] = []

    init(_ fields: [(name: String, value: String)] = []) { self.fields = fields }

    subscript(name: String) -> String? {
        get { fields.first { $0.name.lowercased() == name.lowercased() }?.value }
        set {
            fields.removeAll { $0.name.lowercased() == name.lowercased() }
            if let newValue { fields.append((name, newValue)) }
        }
    }
}

/// What goes out.
struct Reply: Sendable {
    var status: Int
    var headers = Headers()
    var body: [UInt8] = []
    var delivery = Delivery.whole

    /// How the body travels.
    enum Delivery: Sendable, Equatable {
        case whole
        /// The connection is closed after that many bytes of it.
        case cut(after: Int)
        /// In pieces of so many bytes, with a pause before each.
        case slow(bytes: Int, pause: Duration)
    }

    init(status: Int, headers: Headers = Headers(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    static func json(_ value: JSON, status: Int = 200) -> Reply {
        Reply(
            status: status, headers: Headers([("Content-Type", graphContentType)]),
            body: value.bytes)
    }

    static func json(bytes: [UInt8]) -> Reply {
        Reply(status: 200, headers: Headers([("Content-Type", graphContentType)]), body: bytes)
    }

    static func text(_ text: String, type: String, status: Int = 200) -> Reply {
        Reply(
            status: status, headers: Headers([("Content-Type", type)]), body: Array(text.utf8))
    }
}

let graphContentType =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;"
    + "charset=utf-8"

/// A refusal, in the form Graph gives it (`error.code`, `error.message`).
struct GraphFailure: Error {
    var status: Int
    var code: String
    var message: String
    var headers = Headers()

    init(_ status: Int, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    static func badRequest(_ message: String) -> Self {
        GraphFailure(400, "Request_BadRequest", message)
    }

    static func noSegment(_ segment: String) -> Self {
        GraphFailure(400, "BadRequest", "Resource not found for the segment '\(segment)'.")
    }

    static func noResource(_ id: String) -> Self {
        GraphFailure(
            404, "Request_ResourceNotFound",
            "Resource '\(id)' does not exist or one of its queried reference-property objects are "
                + "not present.")
    }

    static let denied = GraphFailure(
        403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")

    static func badToken(_ message: String) -> Self {
        GraphFailure(401, "InvalidAuthenticationToken", message)
    }

    static let expiredPageToken = GraphFailure(
        400, "Directory_ExpiredPageToken",
        "The specified page token value has expired and can no longer be included in your request.")
}

/// Returns the bytes a percent-encoded text means.
func percentDecoded(_ text: some StringProtocol, plusIsSpace: Bool = false) -> [UInt8] {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
        if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
            let high = Character(Unicode.Scalar(bytes[index + 1])).hexDigitValue,
            let low = Character(Unicode.Scalar(bytes[index + 2])).hexDigitValue
        {
            result.append(UInt8(high << 4 | low))
            index += 3
        } else {
            let isSpace = plusIsSpace && bytes[index] == UInt8(ascii: "+")
            result.append(isSpace ? 0x20 : bytes[index])
            index += 1
        }
    }
    return result
}

/// Returns the names and values of a query or a form, decoded.
func formFields(_ text: String) -> [(name: String, value: String)] {
    text.split(separator: "&").map { field in
        let halves = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        func decode(_ half: Substring) -> String {
            String(decoding: percentDecoded(half, plusIsSpace: true), as: UTF8.self)
        }
        return (decode(halves[0]), halves.count == 2 ? decode(halves[1]) : "")
    }
}

/// Percent-encodes what may not stand in a query (RFC 3986 §3.4), `&`, `+` and `=` included.
func percentEncoded(_ text: String) -> String {
    let plain = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~$,:@()/".utf8)
    var result: [UInt8] = []
    for byte in text.utf8 {
        if plain.contains(byte) {
            result.append(byte)
        } else {
            result += Array("%\(hex(byte).uppercased())".utf8)
        }
    }
    return String(decoding: result, as: UTF8.self)
}
