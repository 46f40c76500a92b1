import Crypto

/// The name an object's folder and file have in the backup, made from its ID: the only way from a
/// tenant's text to a tree entry.
///
/// The name is the ID as it is, except that each byte some file system or git forbids becomes `%XX`
/// (README, "What lands in the repository"), and a name over 200 bytes is cut and ends in `~` and 16 digits of the ID's SHA-256.
/// So it is never empty, `.`, `..` or any spelling of `.git`, never a Windows device, has no
/// separator, and two IDs never get one name.
package struct FileName: Hashable, Sendable {
    package let bytes: [UInt8]

    /// The name of an object with this ID.
    package init(_ id: [UInt8]) {
        guard !isHarmless(id) else {
            bytes = id
            return
        }
        let plain = escaped(id)
        // What looks like a name with a suffix gets one too, or it could pass for another's.
        let isPlain = !plain.isEmpty && plain.count <= 200 && !Self.isSuffixed(plain)
        bytes = isPlain ? plain : suffixed(plain, with: id)
    }

    /// The name of an object whose plain name would fall together with another's on file systems
    /// that ignore case or normalise Unicode.
    package init(distinct id: [UInt8]) {
        bytes = suffixed(escaped(id), with: id)
    }

    /// The name of an object that is called `name` like another one, and has this ID.
    package init(distinct name: [UInt8], of id: [UInt8]) {
        bytes = suffixed(escaped(name), with: id)
    }

    /// Whether a name in a tree may have been given by ``init(distinct:)``.
    package static func isSuffixed(_ name: some BidirectionalCollection<UInt8>) -> Bool {
        let end = name.suffix(17)
        guard end.count == 17, end.first == UInt8(ascii: "~") else { return false }
        let digits = Array("0123456789abcdef".utf8)
        return end.dropFirst().allSatisfy(digits.contains)
    }

    /// Whether an ID is its own name, and falls together with no other one's on any file system. True
    /// of every GUID in lower case.
    package static func isPlain(_ id: Span<UInt8>) -> Bool {
        guard id.count > 7 && id.count <= 200 else { return false }
        for index in id.indices {
            switch id[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                continue
            default: return false
            }
        }
        return true
    }

    /// Equal for names that one file system or another takes for the same.
    package var folded: String { Self.folded(bytes) }

    /// The same of a whole path.
    package static func folded(_ path: [UInt8]) -> String {
        String(decoding: path, as: UTF8.self).uppercased().lowercased()
    }
}

/// Whether nothing in the ID needs a second look. True of every GUID.
private func isHarmless(_ id: [UInt8]) -> Bool {
    // Longer than the longest device name, so that none can hide here.
    id.count > 7 && id.count <= 200
        && id.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
}

private func suffixed(_ plain: [UInt8], with id: [UInt8]) -> [UInt8] {
    let digest = SHA256.hash(data: id).prefix(8)
    var name = Array(prefixOfWholeCharacters(plain, 183))
    name.append(UInt8(ascii: "~"))
    for byte in digest {
        name += Array(String(byte, radix: 16).utf8).leftPadded
    }
    return name
}

extension [UInt8] {
    fileprivate var leftPadded: [UInt8] { count == 1 ? [UInt8(ascii: "0")] + self : self }
}

/// The longest prefix of at most `limit` bytes that splits neither a character nor a `%XX`.
private func prefixOfWholeCharacters(_ name: [UInt8], _ limit: Int) -> ArraySlice<UInt8> {
    guard name.count > limit else { return name[...] }
    var end = limit
    while end > 0, name[end] & 0xC0 == 0x80 { end -= 1 }
    for start in [end - 1, end - 2] where start >= 0 && name[start] == UInt8(ascii: "%") {
        end = start
    }
    return name[..<end]
}

private func escaped(_ id: [UInt8]) -> [UInt8] {
    let plain = spans(of: id)
    var name: [UInt8] = []
    name.reserveCapacity(id.count)
    for (index, span) in plain.enumerated() {
        let isEnd = index == 0 || index == plain.count - 1
        let isFirstOfTrap = index == 0 && startsTrap(id)
        if span.mustEscape || isFirstOfTrap || (isEnd && span.isDotOrSpace(in: id)) {
            for byte in id[span.range] { name += percent(byte) }
        } else {
            name += id[span.range]
        }
    }
    return name
}

/// One character of an ID, or one byte that belongs to none.
private struct CharacterSpan {
    let range: Range<Int>
    let mustEscape: Bool

    func isDotOrSpace(in id: [UInt8]) -> Bool {
        id[range.lowerBound] == UInt8(ascii: ".") || id[range.lowerBound] == UInt8(ascii: " ")
    }
}

private func spans(of id: [UInt8]) -> [CharacterSpan] {
    let forbidden = Array("/\\:*?\"<>|%".utf8)
    var spans: [CharacterSpan] = []
    var start = 0
    while start < id.count {
        let byte = id[start]
        if byte < 0x80 {
            let escape = byte < 0x20 || byte == 0x7F || forbidden.contains(byte)
            spans.append(CharacterSpan(range: start..<(start + 1), mustEscape: escape))
            start += 1
        } else {
            let length = lengthOfCharacter(id[start...])
            spans.append(
                CharacterSpan(range: start..<(start + max(length, 1)), mustEscape: length == 0))
            start += max(length, 1)
        }
    }
    return spans
}

/// Bytes of the UTF-8 character at the start; 0 if there is none.
private func lengthOfCharacter(_ bytes: ArraySlice<UInt8>) -> Int {
    var iterator = bytes.prefix(4).makeIterator()
    var decoder = UTF8()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return 0 }
    return UTF8.width(scalar)
}

private func percent(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
}

/// Whether the ID as a name would be a Windows device, an 8.3 short name, or `.git` to a file
/// system that ignores some characters. Escaping its first character cures all three.
private func startsTrap(_ id: [UInt8]) -> Bool {
    let stem = id.prefix { $0 != UInt8(ascii: ".") }
    let trimmed = stem.reversed().drop { $0 == UInt8(ascii: " ") }.reversed().map(asciiUppercased)
    if devices.contains(trimmed) || isShortName(trimmed) { return true }
    // `.git`, `.gitmodules` and their kin, as HFS+ reads them (git's `is_hfs_dotgit`).
    guard id.contains(where: { $0 >= 0x80 }) else { return false }
    let visible = String(decoding: id, as: UTF8.self).unicodeScalars.filter { !isIgnoredByHFS($0) }
    return String(String.UnicodeScalarView(visible)).lowercased().hasPrefix(".git")
}

/// `GIT~1`, `GITMOD~1`: up to eight characters that end in a tilde and digits.
private func isShortName(_ stem: [UInt8]) -> Bool {
    guard stem.count <= 8, let tilde = stem.lastIndex(of: UInt8(ascii: "~")) else { return false }
    let digits = stem[(tilde + 1)...]
    return tilde > 0 && !digits.isEmpty
        && digits.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
}

/// The reserved names of Windows ("Naming Files, Paths, and Namespaces"), superscripts included.
private let devices: Set<[UInt8]> = {
    var names = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    for port in ["COM", "LPT"] {
        for number in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "\u{B9}", "\u{B2}", "\u{B3}"] {
            names.append(port + number)
        }
    }
    return Set(names.map { Array($0.utf8) })
}()

private func asciiUppercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte - 32 : byte
}

/// The characters HFS+ leaves out when it compares names (git's `next_hfs_char`).
private func isIgnoredByHFS(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x200C...0x200F, 0x202A...0x202E, 0x206A...0x206F, 0xFEFF: true
    default: false
    }
}
