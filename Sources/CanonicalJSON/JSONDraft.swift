/// A JSON document to be written, made from Swift values and literals.
///
///     let envelope: JSONDraft = ["requests": [["id": "1", "method": "GET", "url": .string(url)]]]
///     let body = envelope.bytes
///
/// Members are written in the order given; ``canonicalized(_:by:)`` sorts and indents them. Names
/// are not checked for being used twice.
package indirect enum JSONDraft: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int)
    /// A number with three digits after its point, so that it is read as the same text everywhere.
    case thousandths(Int)
    case string(String)
    case array([JSONDraft])
    case object([Member])
    /// A value that is JSON already.
    case json([UInt8])

    package struct Member: Sendable, Equatable {
        package let name: String
        package let value: JSONDraft

        package init(_ name: String, _ value: JSONDraft) {
            (self.name, self.value) = (name, value)
        }
    }

    /// The document, without white space.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += Array("null".utf8)
        case .bool(let value): bytes += Array("\(value)".utf8)
        case .int(let value): bytes += Array("\(value)".utf8)
        case .thousandths(let value): bytes += Self.thousandths(value)
        case .string(let value): bytes += quoted(value)
        case .array(let elements):
            Self.write(elements, between: (0x5B, 0x5D), to: &bytes) { $0.write(to: &$1) }
        case .object(let members):
            Self.write(members, between: (0x7B, 0x7D), to: &bytes) { member, bytes in
                bytes += quoted(member.name)
                bytes.append(0x3A)
                member.value.write(to: &bytes)
            }
        case .json(let value): bytes += value
        }
    }

    private static func write<Element>(
        _ elements: [Element], between brackets: (UInt8, UInt8), to bytes: inout [UInt8],
        _ write: (Element, inout [UInt8]) -> Void
    ) {
        bytes.append(brackets.0)
        for (place, element) in elements.enumerated() {
            if place > 0 { bytes.append(0x2C) }
            write(element, &bytes)
        }
        bytes.append(brackets.1)
    }

    private static func thousandths(_ value: Int) -> [UInt8] {
        let (whole, part) = value.magnitude.quotientAndRemainder(dividingBy: 1000)
        let digits = "\(1000 + part)".dropFirst()
        return Array("\(value < 0 ? "-" : "")\(whole).\(digits)".utf8)
    }
}

/// Returns `text` as a JSON string, quotes included.
package func quoted(_ text: String) -> [UInt8] {
    let text = Array(text.utf8)
    let count = StringEscapes.canonicalCount(text.span, 0..<text.count) + 2
    return [UInt8](capacity: count) { output in
        output.append(0x22)
        StringEscapes.write(text.span, 0..<text.count, into: &output)
        output.append(0x22)
    }
}

extension JSONDraft: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .int(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: JSONDraft...) { self = .array(elements) }
    package init(dictionaryLiteral members: (String, JSONDraft)...) {
        self = .object(members.map { Member($0.0, $0.1) })
    }
}
