import ArgumentParser
import Foundation
import GraphCatalog
import GraphClient
import HTTPTransport
import Logging
import TenantSimulator

/// Asks a simulated tenant for all users over HTTP, as a backup does, and keeps each page in a file.
struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record the pages of made-up users.", shouldDisplay: false)

    @Option(help: "How many users.")
    var users: Int

    @Option(help: "The folder for the pages.")
    var pages: String

    func run() async throws {
        let folder = pages
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var settings = TenantSimulator.Settings()
        settings.keepsRequests = false
        let tenant = SimulatedTenant.Configuration(
            .generated(GeneratedTenant(users: users)), settings: settings)
        try await withSimulatedTenant(tenant) { tenant in
            try await tenant.withClient { client in
                try await record(.users, of: tenant.tenantID, from: client, in: folder)
            }
        }
    }

    /// One page is in memory at a time.
    private func record(
        _ resource: GraphResource, of tenant: String, from client: GraphClient, in folder: String
    ) async throws {
        var target = GraphTarget.first(resource.request(tenant: tenant))
        var number = 0
        while true {
            let page = try await client.page(target) { _ in }
            try writeFile(page.body, to: PageFolder.file(number, in: folder))
            guard let link = page.next else { return }
            target = .next(link, of: target.request)
            number += 1
        }
    }
}

extension SimulatedTenant {
    /// Runs `body` with a client that is signed in here and knows no throttle limit.
    fileprivate func withClient(
        _ body: @Sendable (GraphClient) async throws -> Void
    ) async throws {
        guard let graph = Origin(graph), let authority = Origin(authority) else {
            throw Failed("The simulated tenant has no address.")
        }
        var configuration = GraphConfiguration(
            endpoints: GraphEndpoints(graph: graph, authority: authority, arm: graph),
            tenant: tenantID, credential: .secret(clientID: app.clientID, secret: app.secret),
            network: try Network(environment: [:]), version: "benchmark",
            logger: Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() })
        configuration.limits = [:]
        try await withGraphClient(configuration) { client async throws in try await body(client) }
    }
}
