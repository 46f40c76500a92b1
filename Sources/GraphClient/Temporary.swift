struct JSONValue {
    indirect enum Kind {
        case object([(name: String, value: JSONValue)])
        case array([JSONValue])
        case string(String)
        case number(String)
        case other
    }
    let kind: Kind
    let range: Range<Int>

    struct Bad: Error {}

    init(_ bytes: [UInt8]) throws {
        var parser = Parser(bytes: bytes)
        self = try parser.value()
        parser.space()
        guard parser.at == bytes.count else { throw Bad() }
    }

    init(kind: Kind, range: Range<Int>) {
        self.kind = kind
        self.range = range
    }

    struct Parser {
        let bytes: [UInt8]
        var at = 0
        mutating func space() {
            while at < bytes.count, [9, 10, 13, 32].contains(bytes[at]) { at += 1 }
        }
        func peek() throws -> UInt8 {
            if at < bytes.count { return bytes[at] } else { throw Bad() }
        }
        mutating func value() throws -> JSONValue {
            space()
            let start = at
            switch try peek() {
            case UInt8(ascii: "{"):
                at += 1
                var members: [(name: String, value: JSONValue)] = []
                space()
                while try peek() != UInt8(ascii: "}") {
                    if !members.isEmpty { at += 1; space() }
                    let name = try string()
                    space()
                    guard try peek() == UInt8(ascii: ":") else { throw Bad() }
                    at += 1
                    members.append((name, try value()))
                    space()
                    guard try [UInt8(ascii: "}"), UInt8(ascii: ",")].contains(peek()) else {
                        throw Bad()
                    }
                }
                at += 1
                return JSONValue(kind: .object(members), range: start..<at)
            case UInt8(ascii: "["):
                at += 1
                var values: [JSONValue] = []
                space()
                while try peek() != UInt8(ascii: "]") {
                    if !values.isEmpty { at += 1 }
                    values.append(try value())
                    space()
                    guard try [UInt8(ascii: "]"), UInt8(ascii: ",")].contains(peek()) else {
                        throw Bad()
                    }
                }
                at += 1
                return JSONValue(kind: .array(values), range: start..<at)
            case UInt8(ascii: "\""):
                let text = try string()
                return JSONValue(kind: .string(text), range: start..<at)
            default:
                while at < bytes.count, !" ,]}\n\r\t".utf8.contains(bytes[at]) { at += 1 }
                guard at > start else { throw Bad() }
                let text = String(decoding: bytes[start..<at], as: UTF8.self)
                return JSONValue(
                    kind: Double(text) != nil ? .number(text) : .other, range: start..<at)
            }
        }
        mutating func string() throws -> String {
            guard try peek() == UInt8(ascii: "\"") else { throw Bad() }
            at += 1
            var out: [UInt8] = []
            while try peek() != UInt8(ascii: "\"") {
                if try peek() == UInt8(ascii: "\\") {
                    at += 1
                    switch try peek() {
                    case UInt8(ascii: "n"): out.append(10)
                    case UInt8(ascii: "u"):
                        let code =
                            UInt32(
                                String(
                                    decoding: bytes[(at + 1)..<min(at + 5, bytes.count)],
                                    as: UTF8.self), radix: 16) ?? 0
                        out.append(contentsOf: String(Unicode.Scalar(code) ?? "?").utf8)
                        at += 4
                    default: out.append(try peek())
                    }
                } else {
                    out.append(try peek())
                }
                at += 1
            }
            at += 1
            return String(decoding: out, as: UTF8.self)
        }
    }
}

struct LinkScanner {
    var bytes: [UInt8] = []
    mutating func feed(_ chunk: some Collection<UInt8>) -> String? {
        bytes += chunk
        let text = String(decoding: bytes, as: UTF8.self)
        guard let range = text.firstRange(of: "\"@odata.nextLink\":\"") else { return nil }
        guard let end = text[range.upperBound...].firstIndex(of: "\"") else { return nil }
        return String(text[range.upperBound..<end])
    }
}
extension JSONValue {
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = kind else { return nil }
        return members.first { $0.name == name }?.value
    }
    var string: String? { if case .string(let text) = kind { text } else { nil } }
    var numberText: String? { if case .number(let text) = kind { text } else { nil } }
    var elements: [JSONValue]? { if case .array(let values) = kind { values } else { nil } }
    var members: [(name: String, value: JSONValue)]? {
        if case .object(let m) = kind { m } else { nil }
    }
}
