import GraphClient
import Testing

@testable import BackupCommand

struct GraphEndpointsSettingsTests {
    @Test func `an endpoint replaces that of the cloud, and only that`() throws {
        let endpoints = try GraphEndpoints(
            flags([.cloud: ["usgov"], .graphEndpoint: ["http://127.0.0.1:8080"]]))

        #expect("\(endpoints.graph)" == "http://127.0.0.1:8080")
        #expect(endpoints.authority == GraphEndpoints(cloud: "usgov")?.authority)
        #expect(try GraphEndpoints(Settings()) == GraphEndpoints(cloud: "public"))
    }

    @Test(arguments: [
        (Setting.graphEndpoint, "http://graph.example"), (.authorityEndpoint, "login.example"),
        (.armEndpoint, "https://arm.example/path"), (.graphEndpoint, "https://me@graph.example"),
        (.graphEndpoint, "http://127.0.0.1.example"), (.cloud, "germany"),
    ])
    func `an address that a secret must not go to is refused`(
        setting: Setting, text: String
    ) throws {
        let settings = try flags([setting: [text]])

        let failure = #expect(throws: CommandFailure.self) { try GraphEndpoints(settings) }

        #expect(failure?.message == "Could not use \(setting.flag)")
        #expect(failure?.status == .usage)
    }
}
