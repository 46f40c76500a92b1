import ArgumentParser
import Encodings
import GraphCatalog

/// `tenantkeep init`: prints a file to start from.
struct InitSubcommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Print a pipeline, timer, configuration or permission script to start from.",
        discussion: """
            azure-pipelines: a nightly pipeline of Azure DevOps that signs in by workload identity \
            federation. github-actions: the same for GitHub. systemd: a script that installs a \
            nightly timer. config: a configuration file. permissions: a script of az commands that \
            grant the application what the chosen types need.

            With --json: {"name": where the file is usually kept, "content"}.

            Example:
              tenantkeep init azure-pipelines --type Config,Users > azure-pipelines.yml
            """)

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp(
            "One of \(Template.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "what"))
    var what: String

    @Option(
        help: ArgumentHelp(
            "A type or group to back up, or several with commas; repeatable (default: Config).",
            valueName: "word"))
    var type: [String] = []

    @Option(
        help: ArgumentHelp(
            "A type or group to leave out, or several with commas; repeatable.", valueName: "word"))
    var exclude: [String] = []

    @Flag(help: "Back up all there is; the same as --type All.")
    var all = false

    @Option(help: ArgumentHelp("public, usgov, dod or china (default: public).", valueName: "name"))
    var cloud: String?

    var flags: [Setting: [String]] {
        var flags = common.flags
        flags[.type] = type.isEmpty ? nil : type
        flags[.exclude] = exclude.isEmpty ? nil : exclude
        flags[.all] = all.asFlag
        flags[.cloud] = cloud.map { [$0] }
        return flags
    }

    func execute(in surroundings: Surroundings) async throws(CommandFailure) -> ExitStatus {
        let template = try template
        let subject = try Template.Subject(
            surroundings.settings, from: surroundings.catalog, surroundings.environment)
        let text = try template.text(for: subject)
        if try surroundings.settings.isOn(.json) {
            await surroundings.console.document(
                TemplateDocument(name: template.fileName, content: text))
        } else {
            await surroundings.console.file(text)
        }
        return .done
    }

    private var template: Template {
        get throws(CommandFailure) {
            if let template = Template(rawValue: what) { return template }
            let words = Template.allCases.map(\.rawValue)
            throw CommandFailure(
                "There is no template \(what)",
                hint: "Did you mean \(nearest(to: what, among: words))? "
                    + "There are \(words.joined(separator: ", ")).",
                status: .usage)
        }
    }
}

private struct TemplateDocument: Encodable, Sendable {
    let name: String
    let content: String
}
