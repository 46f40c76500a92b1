import ArgumentParser
import Foundation

/// Copies recorded pages with some users changed, as if the tenant had been read on another day.
struct Change: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change some users of recorded pages.", shouldDisplay: false)

    @Option(help: "The folder with the pages.")
    var pages: String

    @Option(help: "The folder for the changed pages.")
    var into: String

    @Option(help: "Change one user in so many.")
    var every = 100

    func run() throws {
        let folder = try PageFolder(pages)
        try FileManager.default.createDirectory(atPath: into, withIntermediateDirectories: true)
        var seen = 0
        for number in 0..<folder.count {
            var editor = try PageEditor(folder.read(number))
            for object in editor.objects.indices where (seen + object) % every == 0 {
                try editor.move(object, to: seen + object)
            }
            seen += editor.objects.count
            try writeFile(editor.bytes(), to: PageFolder.file(number, in: into))
        }
    }
}

extension PageEditor {
    /// Gives a user another job and another office; the number makes it differ from the last.
    mutating func move(_ object: Int, to number: Int) throws {
        try change(
            object,
            ["jobTitle": "Principal \(number)", "officeLocation": "\(number % 97)/\(number)"])
    }
}
