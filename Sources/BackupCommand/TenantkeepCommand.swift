import ArgumentParser
import FoundationEssentials
import GitStore

/// The program: parses the arguments, does what they ask for, and exits with its status.
@main
struct TenantkeepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenantkeep",
        abstract: "Backs up a Microsoft Entra tenant into a git repository.",
        discussion: """
            Settings come from one YAML file (--config, or tenantkeep.yaml in this folder), then \
            from the environment, then from flags; later wins. Every option --some-flag is also \
            TENANTKEEP_SOME_FLAG. A relative path means the folder the program runs in.

            Sign-in: AZURE_TENANT_ID, AZURE_CLIENT_ID, and one of AZURE_CLIENT_SECRET (or a file \
            that AZURE_CLIENT_SECRET_FILE names), AZURE_CLIENT_CERTIFICATE_PATH and \
            AZURE_FEDERATED_TOKEN_FILE; or the identity of the pipeline, workflow or Azure machine \
            it runs in; or AZURE_ACCESS_TOKEN. The first of them is taken, or what --auth says.

            Exit status: 0 done; 1 failed; 2 wrong arguments or configuration; 3 done, but \
            incomplete; 4 done, but the remote did not take it; 5 another run holds the repository; 6 sign-in or permission refused; \
            7 the repository is damaged; 130, 143 interrupted.

            Example:
              tenantkeep backup --repo ./contoso.git
            """,
        version: programVersionLine,
        subcommands: [
            BackupSubcommand.self, LogSubcommand.self, PushSubcommand.self, FetchSubcommand.self,
            TypesSubcommand.self, DoctorSubcommand.self, InitSubcommand.self,
        ])

    static func main() async {
        Heap.keepsPages()
        leaveNoCore()
        leaveNoCrashReport()
        ignoreBrokenPipes()
        let arguments = Array(CommandLine.arguments.dropFirst())
        let environment = ProcessInfo.processInfo.environment
        if let status = carriedSSH(arguments, environment: environment) {
            endProcess(withStatus: status)
        }
        let invocation = Invocation(arguments, environment: environment)
        // Threads inherit what is blocked, so this comes before there is a second one.
        if invocation.endsInOrder { block(SignalNumber.all) }
        let status = await invocation.run()
        endProcess(withStatus: status.rawValue)
    }
}
