/// Returns a random GUID (RFC 9562 version 4).
func guid(_ random: @Sendable () -> UInt64) -> String {
    let high = random() & ~0xF000 | 0x4000
    let low = random() & ~(0b11 << 62) | 0b10 << 62
    func digits(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
    let text = digits(high) + digits(low)
    var groups: [Substring] = []
    var rest = text[...]
    for count in [8, 4, 4, 4, 12] {
        groups.append(rest.prefix(count))
        rest = rest.dropFirst(count)
    }
    return groups.joined(separator: "-")
}
