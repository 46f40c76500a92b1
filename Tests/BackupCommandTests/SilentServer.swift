import Foundation
import Testing

/// A server on this machine that takes a connection and never answers.
struct SilentServer: ~Copyable {
    private let descriptor: Int32
    let port: UInt16

    init() throws {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, 8) == 0
                    ? getsockname(descriptor, address, &length) : -1
            }
        }
        try #require(status == 0)
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        close(descriptor)
    }

    /// Waits until the process connects, and leaves the connection open until the end of the test
    /// process.
    ///
    /// Other tests go on meanwhile: the process may need an answer of theirs before it connects.
    func waitForConnection(of process: Process) async throws {
        while accept(descriptor, nil, nil) < 0 {
            try #require(errno == EAGAIN || errno == EINTR)
            try #require(process.isRunning, "it ended without a connection")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
