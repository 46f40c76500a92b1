import GitObjects
import Testing

struct PrintableTests {
    @Test(arguments: [
        ("", ""), ("plain text", "plain text"),
        ("J\u{F8}rn \u{1F642} \u{4E2D}", "J\u{F8}rn \u{1F642} \u{4E2D}"),
        ("a\nb", "a\\u000ab"), ("\r\n", "\\u000d\\u000a"), ("\u{1B}[2J", "\\u001b[2J"),
        ("\0", "\\u0000"), ("\u{7F}", "\\u007f"), ("\u{9B}31m", "\\u009b31m"),
        ("\u{202E}x\u{202C}", "\\u202ex\\u202c"), ("\u{2066}x", "\\u2066x"),
        ("\u{200B}", "\\u200b"), ("\u{FEFF}", "\\ufeff"), ("\u{AD}", "\\u00ad"),
        ("\u{2028}\u{2029}", "\\u2028\\u2029"), ("\u{E0041}", "\\u{e0041}"),
        ("e\u{301}", "e\u{301}"), ("\u{85}", "\\u0085"),
    ])
    func `what steers or hides is shown as text`(text: String, shown: String) {
        #expect(text.printable.unicodeScalars.elementsEqual(shown.unicodeScalars))
    }

    @Test func `printing twice changes nothing more`() {
        for value in 0...0x1_0000 {
            guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
            let once = String(scalar).printable
            #expect(once.printable == once)
        }
    }
}
