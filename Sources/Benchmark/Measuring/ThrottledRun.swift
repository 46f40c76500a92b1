import Foundation
import GraphCatalog
import GraphClient

/// A first backup that the service's limit bounds: service principals, and what lies below each of
/// them, in a tenant large enough for the largest limit.
struct ThrottledRun: Codable {
    /// More than 500, so that the tenant is a large one.
    private static let users = 600
    /// Units that the service holds, and gets anew in ten seconds.
    private static let limit = 8_000.0
    /// Of waiting for units, by arithmetic.
    private static let duration = 68.0

    let servicePrincipals: Int
    /// Resource units that the documentation asks for what is read.
    let units: Int
    /// Seconds until the service has so many units.
    let arithmetic: Double
    /// Those that a service without limits would have had.
    let needed: Int
    let requests: Int
    let usage: Usage

    /// Requests that the service refused, in percent of all.
    var refusedPercent: Double { Double(requests - needed) / Double(requests) * 100 }

    init(_ workshop: Workshop) async throws {
        let type = GraphResource.servicePrincipals
        let below = type.children.map { $0.request(below: [(type, [])], tenant: "") }
        let unitsOfEach = below.reduce(0) { $0 + $1.charge }
        servicePrincipals = Int(Self.limit * (1 + Self.duration / 10)) / unitsOfEach
        let pages = (servicePrincipals + 998) / 999
        units = servicePrincipals * unitsOfEach + pages * type.request(tenant: "").charge
        arithmetic = (Double(units) - Self.limit) / (Self.limit / 10)
        needed = servicePrincipals * below.count + pages
        Console().say(String(format: "Throttled run: %.0f seconds to wait", arithmetic))
        let simulator = try workshop.start(
            [
                workshop.programs.simulator, "--users", "\(Self.users)", "--service-principals",
                "\(servicePrincipals)", "--throttle", "service", "--exit-with-stdin",
            ], input: .pipe)
        let tenant = try JSONDecoder().decode(
            Tenant.self, from: Data(try await simulator.firstLine().utf8))
        let finished = try workshop.measure(
            [
                workshop.programs.tenantkeep, "backup", "--json", "--type", type.name, "--repo",
                workshop.scratch.path("throttled.git"),
            ], adding: tenant.variables)
        _ = try simulator.finish()
        usage = finished.usage
        requests = try finished.decoded(Record.self).requests
        try RepositoryChecks(workshop: workshop).checkObjects(
            of: workshop.scratch.path("throttled.git"))
        try workshop.scratch.remove("throttled.git")
    }

    /// What the program says about its run.
    private struct Record: Decodable {
        let types: [String: TypeRecord]

        struct TypeRecord: Decodable {
            let outcome: String
            let requests: Int
        }

        var requests: Int { types.values.reduce(0) { $0 + $1.requests } }
    }

    /// Arithmetic and measurement, in a sentence.
    var sentence: String {
        String(
            format: """
                Throttled: %d service principals with all below them cost %d resource units; the \
                service has %.0f at once and %.0f a second, which makes %.1f s. Measured: %.1f s \
                with %d requests, %.2f %% of them refused.
                """,
            servicePrincipals, units, Self.limit, Self.limit / 10, arithmetic, usage.wall, requests,
            refusedPercent)
    }

    var verdicts: [Verdict] {
        [
            Verdict(
                "a run bounded by the service's limit within 10 % of the arithmetic",
                usage.wall / arithmetic, " times", usage.wall <= arithmetic * 1.1),
            Verdict(
                "less than 1 % of its requests refused", refusedPercent, " %", refusedPercent < 1),
        ]
    }
}
