/// A JSON value that keeps its spelling: members in order, numbers digit for digit, strings with
/// the escapes they came with.
///
/// The simulator hands out what a fixture says, byte for byte where it can, because a client that
/// normalises must be tested against values that are not normalised already.
///
/// - Cost: an allocation a node. Generated tenants never pass through it.
package indirect enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(String)
    case string(JSONText)
    case array([JSON])
    case object([Member])

    package struct Member: Sendable, Hashable {
        package var name: JSONText
        package var value: JSON

        package init(_ name: JSONText, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }
}

/// A JSON string as it is spelled between its quotes.
///
/// Two texts are equal if they decode to the same UTF-8 bytes: neither Unicode normalisation nor the
/// choice of escapes plays a part beyond that.
package struct JSONText: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The bytes between the quotes, escapes included.
    package let spelling: [UInt8]
    /// The bytes meant. An unpaired surrogate becomes three bytes, as in WTF-8.
    package let decoded: [UInt8]

    /// Makes the text that means `bytes`.
    package init(bytes: [UInt8]) {
        decoded = bytes
        spelling = Self.escape(bytes)
    }

    package init(_ text: String) { self.init(bytes: Array(text.utf8)) }

    package init(stringLiteral value: String) { self.init(value) }

    init(spelling: [UInt8], decoded: [UInt8]) {
        self.spelling = spelling
        self.decoded = decoded
    }

    package var string: String { String(decoding: decoded, as: UTF8.self) }

    package static func == (left: Self, right: Self) -> Bool { left.decoded == right.decoded }

    package func hash(into hasher: inout Hasher) { hasher.combine(decoded) }

    private static func escape(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
            case 0..<0x20, 0x7F: result += Array("\\u00\(hex(byte))".utf8)
            default: result.append(byte)
            }
        }
        return result
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(JSONText(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int) { self = .number(String(value)) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(nilLiteral: ()) { self = .null }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member(JSONText($0.0), $0.1) })
    }

    package init(_ text: String) { self = .string(JSONText(text)) }
    package init(_ number: Int) { self = .number(String(number)) }
    package init(_ text: String?) { self = text.map { .string(JSONText($0)) } ?? .null }
}

extension JSON {
    package var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    package var elements: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var text: JSONText? {
        if case .string(let text) = self { text } else { nil }
    }

    package var string: String? { text?.string }

    /// The bytes a string means.
    package var decoded: [UInt8]? { text?.decoded }

    package var bool: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }

    package var integer: Int? {
        if case .number(let digits) = self { Int(digits) } else { nil }
    }

    package var double: Double? {
        if case .number(let digits) = self { Double(digits) } else { nil }
    }

    /// The value of the first member of that name. Setting `nil` removes the member.
    package subscript(name: JSONText) -> JSON? {
        get { members?.first { $0.name == name }?.value }
        set {
            guard case .object(var members) = self else { return }
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name, value))
            case (nil, nil): break
            }
            self = .object(members)
        }
    }

    /// Returns the value at a path of member names.
    package func at(_ path: some Sequence<String>) -> JSON? {
        var value: JSON? = self
        for name in path { value = value?[JSONText(name)] }
        return value
    }

    /// Returns this value changed by a merge patch (RFC 7386), except that `null` sets a member to
    /// null instead of removing it, as Graph's PATCH does.
    package func merged(with patch: JSON) -> JSON {
        guard case .object(let changes) = patch, case .object = self else { return patch }
        var result = self
        for change in changes {
            result[change.name] = result[change.name]?.merged(with: change.value) ?? change.value
        }
        return result
    }
}

/// Returns two lower-case hexadecimal digits.
func hex(_ byte: UInt8) -> String {
    byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
}
