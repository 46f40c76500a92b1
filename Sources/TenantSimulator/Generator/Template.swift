import Synchronization

/// The bytes of one kind of generated object with holes for what differs.
struct Template: Sendable {
    enum Piece: Sendable {
        case literal([UInt8])
        case field(Field)
    }

    /// What fills a hole. The number tells apart several of a kind in one object.
    enum Field: Sendable {
        case id
        case guid(UInt64)
        case given, surname, city, department, title, noun
        /// The object's place in its collection, from 1.
        case number
        case digits(count: Int, UInt64)
        case date(UInt64)
        /// One of few GUIDs, the same all over the tenant, as plans have them.
        case shared(UInt64)
        /// Digits that are the same for all in a city.
        case office(count: Int, UInt64)
        /// A GUID that is the same for all who were given the same bundle of licences.
        case bundle(UInt64)
    }

    let pieces: [Piece]

    /// Splits a text at its `{{…}}` marks; an unknown mark stays text.
    init(_ bytes: [UInt8]) {
        var pieces: [Piece] = []
        var rest = bytes[...]
        while let open = rest.firstPair(of: UInt8(ascii: "{")),
            let close = rest[open...].firstPair(of: UInt8(ascii: "}"))
        {
            let name = String(decoding: rest[(open + 2)..<close], as: UTF8.self)
            if let field = Field(name) {
                pieces += [.literal(Array(rest[..<open])), .field(field)]
            } else {
                pieces.append(.literal(Array(rest[..<(close + 2)])))
            }
            rest = rest[(close + 2)...]
        }
        self.pieces = pieces + [.literal(Array(rest))]
    }

    func render(
        _ generator: Generator, _ kind: Generator.Kind, _ index: Int, to output: inout [UInt8]
    ) {
        let hash = generator.hash(kind, index)
        for piece in pieces {
            switch piece {
            case .literal(let bytes): output += bytes
            case .field(let field): field.render(generator, kind, index, hash, to: &output)
            }
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func firstPair(of byte: UInt8) -> Int? {
        indices.dropLast().first { self[$0] == byte && self[$0 + 1] == byte }
    }
}

extension Template.Field {
    /// Reads `id`, `given`, `guid:3`, `digits:4:1` and so on.
    fileprivate init?(_ name: String) {
        let parts = name.split(separator: ":")
        let salt = parts.count > 1 ? parts.last.flatMap { UInt64($0) } ?? 0 : 0
        switch parts.first {
        case "id": self = .id
        case "guid": self = .guid(salt)
        case "given": self = .given
        case "surname": self = .surname
        case "city": self = .city
        case "department": self = .department
        case "title": self = .title
        case "noun": self = .noun
        case "number": self = .number
        case "digits": self = .digits(count: Self.count(parts), salt)
        case "office": self = .office(count: Self.count(parts), salt)
        case "date": self = .date(salt)
        case "shared": self = .shared(salt)
        case "bundle": self = .bundle(salt)
        default: return nil
        }
    }

    private static func count(_ parts: [Substring]) -> Int {
        parts.count > 1 ? Int(parts[1]) ?? 1 : 1
    }

    fileprivate func render(
        _ generator: Generator, _ kind: Generator.Kind, _ index: Int, _ hash: UInt64,
        to output: inout [UInt8]
    ) {
        switch self {
        case .id: appendGUID(generator.id(kind, index), to: &output)
        case .guid(let salt): appendGUID(from: mix(hash &+ salt), to: &output)
        case .given: output += Words.given.pick(mix(hash &+ 101))
        case .surname: output += Words.surnames.pick(mix(hash &+ 102))
        case .city: output += Words.cities.pick(Self.place(hash))
        case .department: output += Words.departments.pick(mix(hash &+ 104))
        case .title: output += Words.titles.pick(mix(hash &+ 105))
        case .noun: output += Words.nouns.pick(mix(hash &+ 106))
        case .number: appendDecimal(UInt64(index + 1), to: &output)
        case .digits(let count, let salt): appendDigits(mix(hash &+ salt), count, to: &output)
        case .date(let salt): appendDate(mix(hash &+ salt), to: &output)
        case .shared(let salt):
            appendGUID(
                from: mix(generator.size.seed &+ salt &+ mix(hash &+ salt) % 16), to: &output)
        case .office(let count, let salt):
            let office = Self.place(hash) % Words.cities.count
            appendDigits(mix(mix(generator.size.seed &+ salt) &+ office), count, to: &output)
        case .bundle(let salt):
            let choice = Self.bundleChoice(hash)
            appendGUID(from: mix(mix(generator.size.seed &+ salt) &+ choice), to: &output)
        }
    }

    /// Where somebody works.
    private static func place(_ hash: UInt64) -> UInt64 { mix(hash &+ 103) }

    /// One of three bundles of licences; most people have the first.
    private static func bundleChoice(_ hash: UInt64) -> UInt64 {
        switch mix(hash &+ 107) % 10 {
        case 0..<7: 0
        case 7..<9: 1
        default: 2
        }
    }
}

/// Appends a GUID of version 4 made from one number.
private func appendGUID(from high: UInt64, to output: inout [UInt8]) {
    appendGUID((high & ~0xF000 | 0x4000, mix(high) >> 2 | 1 << 63), to: &output)
}

private let hexDigits = Array("0123456789abcdef".utf8)

/// Appends 128 bits in the form 8-4-4-4-12.
func appendGUID(_ bits: (UInt64, UInt64), to output: inout [UInt8]) {
    for position in 0..<32 {
        if position == 8 || position == 12 || position == 16 || position == 20 {
            output.append(UInt8(ascii: "-"))
        }
        let word = position < 16 ? bits.0 : bits.1
        output.append(hexDigits[Int(word >> UInt64(60 - position % 16 * 4) & 15)])
    }
}

private func appendDecimal(_ number: UInt64, to output: inout [UInt8]) {
    if number >= 10 { appendDecimal(number / 10, to: &output) }
    output.append(0x30 + UInt8(number % 10))
}

private func appendDigits(_ bits: UInt64, _ count: Int, to output: inout [UInt8]) {
    var rest = bits
    for _ in 0..<count {
        output.append(0x30 + UInt8(rest % 10))
        rest /= 10
    }
}

/// Appends a moment of the years 2018 to 2025.
private func appendDate(_ bits: UInt64, to output: inout [UInt8]) {
    func two(_ number: UInt64, then mark: Unicode.Scalar) {
        output.append(0x30 + UInt8(number / 10))
        output.append(0x30 + UInt8(number % 10))
        output.append(UInt8(ascii: mark))
    }
    output.append(UInt8(ascii: "2"))
    output.append(UInt8(ascii: "0"))
    two(18 + bits % 8, then: "-")
    two(1 + (bits >> 8) % 12, then: "-")
    two(1 + (bits >> 16) % 28, then: "T")
    two((bits >> 24) % 24, then: ":")
    two((bits >> 32) % 60, then: ":")
    two((bits >> 40) % 60, then: "Z")
}

/// Compiled templates by what was asked for.
final class TemplateCache: Sendable {
    private struct Key: Hashable {
        var kind: Generator.Kind
        var variant: Int
        var version: String
        var select: [String]
        var expand: [Expansion]
        var isReference: Bool
    }

    private let domain: String
    // A Mutex: looked up once a page from any thread, and never held across a suspension.
    private let compiled = Mutex<[Key: Template]>([:])

    init(domain: String) { self.domain = domain }

    /// Returns the template of a variant as `projection` shows it; without one, all of it.
    func template(
        _ kind: Generator.Kind, _ variant: Int, _ projection: Projection?, tenant: Tenant?
    ) -> Template {
        let key = Key(
            kind: kind, variant: variant, version: projection?.version ?? "",
            select: projection?.select ?? [], expand: projection?.expand ?? [],
            isReference: projection?.type.shape == .references)
        if let template = compiled.withLock({ $0[key] }) { return template }
        var object = GeneratedText.object(kind, variant: variant, domain: domain)
        if let projection, let tenant {
            let path = TenantPath(kind.collection)
            object = projection.show(object, entity: kind.entity, in: tenant, at: path)
        }
        let template = Template(object.bytes)
        compiled.withLock { $0[key] = template }
        return template
    }
}
