/// Makes one text after the other that some file system, terminal, log, parser or git itself takes
/// for something else.
struct HostileText {
    private var state: UInt64

    init(seed: UInt64) { state = mix(seed) }

    private mutating func draw(_ count: Int) -> Int {
        state = mix(state)
        return Int(state % UInt64(count))
    }

    private mutating func pick(_ words: [String]) -> String { words[draw(words.count)] }

    /// A short word that tells one text from another of its kind.
    private mutating func word() -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<(1 + draw(5))).map { _ in letters[draw(letters.count)] })
    }

    mutating func next() -> [UInt16] {
        switch draw(16) {
        case 0: Array(separated().utf16)
        case 1: Array(repository().utf16)
        case 2: Array(device().utf16)
        case 3: Array(long().utf16)
        case 4: Array(control().utf16)
        case 5: Array(bidirectional().utf16)
        case 6: Array(percent().utf16)
        case 7: Array(edge().utf16)
        case 8: Array(twin().utf16)
        case 9: Array(emoji().utf16)
        case 10: broken()
        case 11: Array(suffixed().utf16)
        case 12: Array(empty().utf16)
        case 13: Array(command().utf16)
        case 14: Array(shortName().utf16)
        default: Array(mixed().utf16)
        }
    }

    private mutating func separated() -> String {
        let mark = pick(["/", "\\", ":", "//", "/../", "\\..\\", "/./", "\u{2215}", "\u{FF0F}"])
        return pick(["..", ".", word(), "", "C:"]) + mark + pick(["etc/passwd", word(), "", ".."])
    }

    /// `.git` as git, NTFS and HFS+ read it.
    private mutating func repository() -> String {
        let names = [
            ".git", ".gitmodules", ".gitattributes", ".gitignore", ".mailmap", "git~1", "gitmod~1",
        ]
        let ignored = ["\u{200C}", "\u{200D}", "\u{200E}", "\u{202A}", "\u{206A}", "\u{FEFF}"]
        var name = pick(names)
        if draw(2) == 0 {
            let place = name.index(name.startIndex, offsetBy: 1 + draw(name.count - 1))
            name.insert(contentsOf: pick(ignored), at: place)
        }
        let cased = name.map { draw(2) == 0 ? $0.uppercased() : String($0) }.joined()
        return cased
            + pick(["", " ", ".", "...", ". .", "::$INDEX_ALLOCATION", ":\(word())", "/config"])
    }

    private mutating func device() -> String {
        let names = ["CON", "PRN", "AUX", "NUL", "COM\(draw(10))", "LPT\(draw(10))", "CONIN$"]
        let name = pick(names + ["COM\u{B9}", "LPT\u{B3}"])
        return pick([name, name.lowercased()]) + pick(["", ".", " ", ".\(word())", " .\(word())"])
    }

    /// About 300 bytes, most of them the same.
    private mutating func long() -> String {
        let letter = pick(["n", "ü", "漢", "😀", "e\u{301}", "%", "/"])
        let count = (pick(["199", "200", "201", "300"]).count + 296) / letter.utf8.count
        return String(repeating: letter, count: count) + word()
    }

    private mutating func control() -> String {
        let scalars = Array(0..<0x20) + [0x7F, 0x80, 0x85, 0x9B, 0x9F, 0x2028, 0x2029]
        let mark = Unicode.Scalar(UInt32(scalars[draw(scalars.count)])).map(String.init) ?? ""
        return pick(["", word()]) + mark + pick(["[31m", "]0;title\u{7}", word(), "parent 0123"])
    }

    private mutating func bidirectional() -> String {
        let marks = ["\u{202E}", "\u{202D}", "\u{2066}", "\u{2069}", "\u{200F}", "\u{61C}"]
        return pick(marks) + word() + pick(marks) + pick(["exe", "", "gpj."])
    }

    private mutating func percent() -> String {
        pick(["%2e%2e%2f", "%", "%%", "%00", "%2F", "%c0%af", "100%"]) + pick(["", word()])
    }

    private mutating func edge() -> String {
        pick([" ", ".", "..", "  ", "-", "--", "\u{A0}", "\u{3000}", "~"]) + word()
            + pick([" ", ".", ". ", "...", "\u{A0}", ""])
    }

    /// Texts that fall together where case or normalisation does not count.
    private mutating func twin() -> String {
        let base = pick(["caf\u{E9}", "caf\u{E9}\(draw(9))", "stra\u{DF}e", "\u{212B}", "twin"])
        let forms = [
            base, base.uppercased(), base.replacing("\u{E9}", with: "e\u{301}"),
            base.replacing("\u{212B}", with: "A\u{30A}"),
            base.replacing("\u{212B}", with: "\u{C5}"), base.replacing("\u{DF}", with: "ss"),
            base.prefix(1).uppercased() + base.dropFirst(), "\u{FB03}", "ffi", "I\u{307}",
            "\u{131}",
        ]
        return pick(forms)
    }

    private mutating func emoji() -> String {
        pick(["💩", "👨‍👩‍👧‍👦", "🇩🇪", "\u{FFFF}", "\u{10FFFF}", "\u{E000}", "é\u{20DD}"])
            + pick(["", word()])
    }

    /// Half a surrogate pair: what no UTF-8 can say.
    private mutating func broken() -> [UInt16] {
        let halves: [UInt16] = [0xD83D, 0xDE00, 0xD800, 0xDFFF, 0xDBFF, 0xDC00]
        let half = halves[draw(halves.count)]
        return Array(word().utf16) + [half] + Array(pick(["", word(), "/.."]).utf16)
    }

    /// What looks like the suffix that long and twin names get.
    private mutating func suffixed() -> String {
        let digits = Array("0123456789abcdef")
        let suffix = String((0..<16).map { _ in digits[draw(16)] })
        return pick(["x", word(), "", "café"]) + "~" + pick([suffix, suffix, "0123456789abcdef"])
    }

    private mutating func empty() -> String {
        let blank = pick([" ", "\u{200B}", "\u{2060}", "\u{FEFF}", "\t", ".", "\u{3164}", "\u{AD}"])
        return String(repeating: blank, count: 1 + draw(12))
    }

    private mutating func command() -> String {
        let starts = [
            "##vso[task.setvariable variable=x]", "##[error]", "::error::", "::set-env name=x::",
            "$(id)", "`id`", "-rf ", "--help", "{{id}}", "<script>", "' OR '1'='1", "@odata.type",
            "Signed-off-by: ", "null", "true", "0", "\ngpgsig ", "\n\nTenantkeep-Run: ",
        ]
        return pick(starts) + pick(["", word()])
    }

    private mutating func shortName() -> String {
        pick(["GIT", "GI7EBA", "PROGRA", "A", word().uppercased()]) + "~\(1 + draw(99))"
            + pick(["", ".json", ".TXT", " "])
    }

    private mutating func mixed() -> String {
        let parts = [separated(), repository(), device(), control(), bidirectional(), percent()]
        return pick(parts) + pick(parts) + word()
    }
}
