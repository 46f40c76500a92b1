/// Random numbers from a seed: the same on every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func below(_ bound: Int) -> Int {
        Int.random(in: 0..<bound, using: &self)
    }

    mutating func isOne(in bound: Int) -> Bool {
        below(bound) == 0
    }
}

/// A JSON value apart from its spelling. Text is UTF-16, so that it can hold lone surrogates.
indirect enum Sample {
    case word(String)
    case number(String)
    case text([UInt16])
    case array([Sample])
    case object([(name: [UInt16], value: Sample)])

    static func random(_ generator: inout SeededGenerator, depth: Int = 0) -> Sample {
        switch generator.below(depth < 4 ? 10 : 6) {
        case 0: return .word(["true", "false", "null"][generator.below(3)])
        case 1, 2: return .number(numbers[generator.below(numbers.count)])
        case 3, 4, 5: return .text(text(&generator))
        case 6, 7:
            return .array(
                (0..<generator.below(4)).map { _ in random(&generator, depth: depth + 1) })
        default: return object(&generator, depth: depth)
        }
    }

    static func object(_ generator: inout SeededGenerator, depth: Int = 0) -> Sample {
        var names: Set<[UInt16]> = []
        var members: [(name: [UInt16], value: Sample)] = []
        for _ in 0..<generator.below(8) {
            let name = text(&generator)
            guard names.insert(name).inserted else { continue }
            members.append((name, random(&generator, depth: depth + 1)))
        }
        return .object(members)
    }

    private static let numbers = [
        "0", "-0", "1", "-17", "1.0", "1.50", "0.1", "1e5", "1E+5", "2e-3", "1e400", "-0.0e0",
        "123456789012345678901234567890", "0.1000000000000000055511151231257827",
    ]

    private static let pieces: [[UInt16]] = [
        Array("a".utf16), Array("id".utf16), Array("name".utf16), Array("Z".utf16), [0x20],
        Array("onPremises".utf16), Array("é".utf16), [0x65, 0x301], Array("日本".utf16), [0x22],
        [0x5C], [0x2F], [0x08], [0x09], [0x0A], [0x0C], [0x0D], [0x00], [0x1F], [0x7F],
        Array("😀".utf16), [0xD83D], [0xDE00], [0xFFFF], [0xE000], [0x2028],
    ]

    private static func text(_ generator: inout SeededGenerator) -> [UInt16] {
        (0..<generator.below(5)).flatMap { _ in pieces[generator.below(pieces.count)] }
    }

    /// Returns the same value with the members of all objects in another order.
    func shuffled(_ generator: inout SeededGenerator) -> Sample {
        switch self {
        case .array(let elements):
            .array(elements.map { $0.shuffled(&generator) })
        case .object(let members):
            .object(
                members.map { ($0.name, $0.value.shuffled(&generator)) }
                    .shuffled(using: &generator))
        default: self
        }
    }

    /// Spells the value at random: white space, escapes.
    func spelled(_ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = Self.space(&generator)
        switch self {
        case .word(let word), .number(let word): bytes += Array(word.utf8)
        case .text(let text): bytes += Self.quote(text, &generator)
        case .array(let elements):
            bytes.append(0x5B)
            for (place, element) in elements.enumerated() {
                if place > 0 { bytes.append(0x2C) }
                bytes += element.spelled(&generator)
            }
            bytes += Self.space(&generator) + [0x5D]
        case .object(let members):
            bytes.append(0x7B)
            for (place, member) in members.enumerated() {
                if place > 0 { bytes.append(0x2C) }
                bytes += Self.space(&generator) + Self.quote(member.name, &generator)
                bytes += Self.space(&generator) + [0x3A] + member.value.spelled(&generator)
            }
            bytes += Self.space(&generator) + [0x7D]
        }
        return bytes + Self.space(&generator)
    }

    private static func space(_ generator: inout SeededGenerator) -> [UInt8] {
        guard generator.isOne(in: 3) else { return [] }
        return (0..<generator.below(3)).map { _ in [0x20, 0x09, 0x0A, 0x0D][generator.below(4)] }
    }

    private static func quote(
        _ text: [UInt16], _ generator: inout SeededGenerator
    ) -> [UInt8] {
        var bytes: [UInt8] = [0x22]
        var rest = text[...]
        while let unit = rest.popFirst() {
            if UTF16.isLeadSurrogate(unit), let low = rest.first, UTF16.isTrailSurrogate(low) {
                rest.removeFirst()
                bytes += spelledPair(unit, low, &generator)
            } else {
                bytes += spelled(unit, &generator)
            }
        }
        return bytes + [0x22]
    }

    private static func spelledPair(
        _ high: UInt16, _ low: UInt16, _ generator: inout SeededGenerator
    ) -> [UInt8] {
        guard !generator.isOne(in: 2) else {
            return escape(high, &generator) + escape(low, &generator)
        }
        return Array(String(decoding: [high, low], as: UTF16.self).utf8)
    }

    private static func spelled(_ unit: UInt16, _ generator: inout SeededGenerator) -> [UInt8] {
        let short: [UInt16: Character] = [
            0x22: "\"", 0x5C: "\\", 0x2F: "/", 0x08: "b", 0x09: "t", 0x0A: "n", 0x0C: "f",
            0x0D: "r",
        ]
        if let letter = short[unit], generator.isOne(in: 2) { return Array("\\\(letter)".utf8) }
        let mustEscape =
            unit < 0x20 || unit == 0x22 || unit == 0x5C || 0xD800...0xDFFF ~= unit
        if mustEscape || generator.isOne(in: 4) { return escape(unit, &generator) }
        return Array(String(decoding: [unit], as: UTF16.self).utf8)
    }

    private static func escape(_ unit: UInt16, _ generator: inout SeededGenerator) -> [UInt8] {
        let digits = String(unit, radix: 16, uppercase: generator.isOne(in: 2))
        return Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
    }
}
