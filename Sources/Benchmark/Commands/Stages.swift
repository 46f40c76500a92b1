import ArgumentParser
import Foundation

/// Runs the parts of a backup one by one over recorded pages, on one core, and prints their rates.
struct Stages: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure the parts of a backup one by one.", shouldDisplay: false)

    @Option(help: "The folder with the pages.")
    var pages: String

    @Option(help: "How often; the median counts.")
    var rounds = 3

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let measured = try StageBench(pages: PageFolder(pages), rounds: rounds).run()
        if json {
            print(String(decoding: try JSONEncoder().encode(measured), as: UTF8.self))
        } else {
            print(MarkdownTable(stages: measured).text)
        }
    }
}
