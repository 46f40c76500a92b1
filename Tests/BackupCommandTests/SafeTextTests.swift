import Foundation
import Testing

@testable import BackupCommand

struct SafeTextTests {
    private static let hostile = [
        "##vso[task.setvariable variable=x]y", "#\u{200B}#vso[x]", "###vso[x]",
        "::set-env name=x::y",
        ":::add-mask", "a\n##[error]b", "\r::error::x", "\u{1B}[2J", "\u{1B}]0;title\u{7}",
        "\u{202E}txt.exe", "a\u{2028}b", "\u{9B}31m", "\u{7F}", "\u{E0041}", "##:#::#",
        "🏴\u{200D}☠️",
    ]

    @Test(arguments: hostile)
    func `a line stays one line and steers nothing`(text: String) {
        for isPipeline in [false, true] {
            let line = text.asLine(pipeline: isPipeline)

            #expect(!line.contains { $0.isNewline })
            let hidden: Set<Unicode.GeneralCategory> = [
                .control, .format, .lineSeparator, .paragraphSeparator,
            ]
            #expect(
                !line.unicodeScalars.contains { hidden.contains($0.properties.generalCategory) })
        }
    }

    @Test(arguments: hostile)
    func `a pipeline finds no command in a line or document`(text: String) throws {
        let json = String(decoding: try JSONEncoder().encode([text]), as: UTF8.self).safeJSON

        for line in [text.asLine(pipeline: true), json] {
            #expect(!line.contains("##"))
            #expect(!line.contains("::"))
        }
    }

    @Test func `outside a pipeline a line is left alone`() {
        #expect("fe80::1 ## Größe 名前".asLine(pipeline: false) == "fe80::1 ## Größe 名前")
        #expect("fe80::1 ##vso[".asLine(pipeline: true) == "fe80: :1 # #vso[")
    }

    @Test(arguments: hostile + ["", "\"\\", "Größe", "{\"a\": \"b::c\"}"])
    func `a safe document means the same`(text: String) throws {
        let json = String(decoding: try JSONEncoder().encode([text]), as: UTF8.self)

        let safe = json.safeJSON

        #expect(try JSONDecoder().decode([String].self, from: Data(safe.utf8)) == [text])
        #expect(!safe.unicodeScalars.contains { $0.properties.generalCategory == .format })
        #expect(safe.safeJSON == safe)
    }
}
