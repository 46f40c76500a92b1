import ArgumentParser
import FoundationEssentials
import GraphClient

/// `tenantkeep doctor`: says whether a backup can be made, and what to mend.
struct DoctorSubcommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Say whether this machine, identity and remote can do a backup, and what to mend.",
        discussion: """
            Looks at the repository, the disk, the clock, the sign-in, the permissions that the \
            chosen types need, the audit log, Azure and the remote, and changes nothing. Takes the settings and \
            options of backup.

            Exit status: 0 if a backup can be made; 2 if the settings are wrong; 6 if the sign-in \
            was refused, or no chosen type is permitted; 1 for everything else that is in the way.

            With --json: {"checks": [{"check", "outcome": ok, warning, failed or skipped, "text", \
            "hint": what to do or null}], "exitStatus"}.

            Example:
              tenantkeep doctor --repo ./contoso.git --type Config,Users
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Backup options") var options: BackupFlags

    var flags: [Setting: [String]] { common.flags.merging(options.flags) { $1 } }

    func execute(in surroundings: Surroundings) async throws(CommandFailure) -> ExitStatus {
        let findings = await findings(in: surroundings)
        if try surroundings.settings.isOn(.json) {
            await surroundings.console.document(findings.document)
        } else {
            for line in findings.lines { await surroundings.console.output(line) }
        }
        return findings.status
    }

    private func findings(in surroundings: Surroundings) async -> Findings {
        let (settings, environment) = (surroundings.settings, surroundings.environment)
        let request: BackupRequest
        do throws(CommandFailure) {
            request = try BackupRequest(settings, from: surroundings.catalog, environment)
            _ = try Notifications(settings)
        } catch {
            return Findings(list: [.failed("configuration", error)])
        }
        let machine = MachineExamination(
            repository: request.repository, branch: request.branch, now: Date())
        let (list, tenant) = await machine.findings()
        var findings = Findings(list: list)
        do throws(CommandFailure) {
            let access = try TenantAccess(settings, environment)
            findings.list += await access.examine(
                request.selection, recordedTenant: tenant, now: { Date() })
        } catch {
            findings.list.append(.failed("sign-in", error))
        }
        do throws(CommandFailure) {
            if let access = try RemoteAccess(surroundings) {
                let remote = RemoteExamination(
                    access: access, entra: TenantAccess.tokens(settings, environment))
                findings.list.append(await remote.finding())
            }
        } catch {
            findings.list.append(.failed("remote", error))
        }
        return findings
    }
}
