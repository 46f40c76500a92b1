import BackupEngine
import CanonicalJSON
import FoundationEssentials
import GraphCatalog
import GraphClient

/// Looks at what a backup needs of the tenant: its time, the sign-in, permissions, audit log and
/// Azure.
struct TenantExamination: Sendable {
    let client: GraphClient
    let selection: Selection
    /// How the program signs in.
    let credential: String
    /// The tenant whose backup the repository holds, if it holds one.
    let recordedTenant: String?
    let now: @Sendable () -> Date

    func findings() async -> [Finding] {
        let clock = await clock()
        let claims: TokenClaims?
        do throws(GraphError) { claims = try await client.tokenClaims() } catch {
            let status: ExitStatus = error.kind == .signInRefused ? .refused : .failed
            let failure = CommandFailure(
                "Could not sign in", reason: error.reason, hint: error.hint, status: status)
            return [clock, .failed("sign-in", failure)]
                + ["permissions", "audit log"].map { .skipped($0, "The sign-in failed") }
        }
        var findings = [clock, signIn(claims)]
        if let other = await otherTenant() { findings.append(other) }
        findings += await permissions(claims)
        for log in auditLogs { findings.append(await finding(about: log)) }
        if let azure = await azure() { findings.append(azure) }
        return findings
    }

    // MARK: Clock

    /// Entra takes no assertion from a clock that is wrong by more, and Graph's times would not fit
    /// the run's.
    private static let worstSkew = 300.0

    private func clock() async -> Finding {
        let check = "clock"
        let server: Date?
        do throws(GraphError) { server = try await client.serverTime() } catch {
            return .skipped(check, error.reason)
        }
        guard let server else { return .skipped(check, "The server does not tell the time") }
        return Self.clock(aheadBy: now().timeIntervalSince(server))
    }

    /// - Parameter skew: seconds.
    static func clock(aheadBy skew: Double) -> Finding {
        let check = "clock"
        let text = Finding.clockText(aheadBy: skew)
        let hint = Finding.clockHint
        if abs(skew) > worstSkew {
            return .failed(check, CommandFailure(text, hint: hint))
        }
        return abs(skew) > 60
            ? .warning(check, text, hint: hint)
            : .ok(check, "This machine's clock agrees with the server's")
    }

    // MARK: Sign-in

    private func signIn(_ claims: TokenClaims?) -> Finding {
        let name = claims?.applicationName.map { " as \($0)" } ?? ""
        let tenant = claims?.tenant.map { " to tenant \($0)" } ?? ""
        return .ok("sign-in", "Signed in\(tenant)\(name) with \(credential)")
    }

    private func otherTenant() async -> Finding? {
        guard let recordedTenant, let tenant = try? await client.tenantID(),
            tenant.lowercased() != recordedTenant.lowercased()
        else { return nil }
        return .failed(
            "repository",
            CommandFailure(
                "The repository holds the backup of tenant \(recordedTenant), not of \(tenant)",
                hint: "Name another repository with --repo, or sign in to the tenant it holds.",
                status: .usage))
    }

    // MARK: Permissions

    private func permissions(_ claims: TokenClaims?) async -> [Finding] {
        guard let check = claims.flatMap({ PermissionCheck(selection, against: $0) }) else {
            return [.skipped("permissions", "The token does not say what it permits")]
        }
        let tenant = (try? await client.tenantID()) ?? claims?.tenant ?? ""
        var refused: Set<String> = []
        for resource in check.doubtful where await isRefused(resource, of: tenant) {
            refused.insert(resource.name)
        }
        return check.findings(refused: refused)
    }

    /// Asks for the type itself, or for the list that leads to its parts.
    private func isRefused(_ resource: GraphResource, of tenant: String) async -> Bool {
        let request = (resource.walks.first ?? resource).request(tenant: tenant)
        do throws(GraphError) {
            _ = try await client.page(.first(request)) { _ in }
            return false
        } catch {
            return error.kind == .notPermitted
        }
    }

    // MARK: Audit logs

    /// Entra's, which every run reads, and those of the chosen types; what Azure's take is a role.
    private var auditLogs: [AuditSource] {
        let chosen = selection.resources.map(\.resource.audit).filter { !$0.service.isAzure }
        return chosen.reduce(into: [.directory]) { logs, log in
            if !logs.contains(where: { $0.name == log.name }) { logs.append(log) }
        }
    }

    private func finding(about log: AuditSource) async -> Finding {
        let check = "audit log"
        let now = now()
        let request = log.request(from: now.addingTimeInterval(-60).timestamp, to: now.timestamp)
        do throws(GraphError) {
            _ = try await client.page(.first(request)) { _ in }
            return .ok(check, "That of \(log.name) can be read, so that commits get their authors")
        } catch {
            let permissions = log.permissions.application.joined(separator: " or ")
            var hint = error.kind == .other ? nil : error.hint
            if error.kind == .notPermitted { hint = "Grant \(permissions), and consent to it." }
            return .warning(
                check,
                "That of \(log.name) cannot be read, so commits may have no authors: \(error.reason)",
                hint: hint)
        }
    }

    // MARK: Azure

    /// `nil` if no chosen type is Azure's.
    private func azure() async -> Finding? {
        let resources = selection.resources.map(\.resource).filter(\.service.isAzure)
        guard !resources.isEmpty else { return nil }
        let check = "azure"
        let hint = resources.first?.service.roleHint
        let lists = resources.flatMap(\.walks).reduce(into: [GraphRequest]()) { lists, walk in
            let request = walk.request(tenant: "")
            if walk.rows == nil, !lists.contains(request) { lists.append(request) }
        }
        for list in lists {
            do throws(GraphError) {
                let page = try await client.page(.first(list)) { _ in }
                guard hasElements(page) else { continue }
                return .ok(check, "Its access rules can be read")
            } catch {
                guard error.kind == .notPermitted || error.kind == .notFound else {
                    return .warning(check, error.reason, hint: error.hint)
                }
            }
        }
        return .warning(
            check, "It shows no subscription and no management group, so its types will be skipped",
            hint: hint)
    }

    private func hasElements(_ page: GraphPage) -> Bool {
        let list = (try? JSONValue(parsing: page.body))?["value"]?.array
        return !(list ?? []).isEmpty
    }
}

extension Finding {
    /// `This machine's clock is 4 min slow`
    static func clockText(aheadBy seconds: Double) -> String {
        let size = Duration.seconds(abs(seconds).rounded()).wording(tenths: false)
        return "This machine's clock is \(size) \(seconds < 0 ? "slow" : "fast")"
    }

    static let clockHint = "Let the machine keep its time by NTP."
}
