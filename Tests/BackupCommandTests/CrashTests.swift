import Foundation
import Testing

struct CrashTests {
    /// The signals of a trap, a wild pointer and a bus error.
    @Test(arguments: [SIGILL, SIGTRAP, SIGSEGV, SIGBUS])
    func `a crash prints nothing of the process's memory`(number: Int32) async throws {
        let silent = try SilentServer()
        let address = "http://127.0.0.1:\(silent.port)"
        let program = try Program()
        let environment = [
            "AZURE_TENANT_ID": "contoso.example", "AZURE_CLIENT_ID": "app",
            "AZURE_CLIENT_SECRET": "W0RD", "AZURE_AUTHORITY_HOST": address,
            "TENANTKEEP_GRAPH_ENDPOINT": address, "SWIFT_BACKTRACE": "enable=yes,color=no",
        ]

        let ending = try await program.run(
            ["backup", "--type", "organization"], environment: environment
        ) { process in
            try await silent.waitForConnection(of: process)
            kill(process.processIdentifier, number)
        }

        #expect(ending.status == 128 + number)
        #expect(!ending.messages.contains("rashed"))
        #expect(!ending.messages.contains("Registers"))
        #expect(!ending.messages.contains("W0RD"))
    }
}
