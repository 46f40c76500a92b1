package import GitPack

/// One repository of a host, reached by a carrier that is passed in.
///
/// - Nothing the host says is believed further than it can be checked: an exchange counts when its
///   end has arrived, a push when every ref is reported or read back.
/// - What did not happen is tried again, a few times; what may have happened is looked up first.
/// - A host that falls silent, or tells its answer too slowly, is asked once more and no oftener.
/// - Memory: the list of refs, and one line of an answer. Packs go from file to file.
package struct GitRemote: Sendable {
    let carrier: any GitCarrier
    let agent: String
    let clock: any Clock<Duration>
    let pace: Pace
    /// Tries of one exchange, the first included.
    let tries: Int
    let limits: PackLimits

    /// - Parameters:
    ///   - agent: this program's name and version, `tenantkeep/1.0`.
    ///   - clock: for waits between tries, and for the pace of the host.
    ///   - limits: what a pack that is fetched may cost this machine's disk.
    package init(
        carrier: any GitCarrier, agent: String, clock: any Clock<Duration> = ContinuousClock(),
        pace: Pace = Pace(), tries: Int = 4, limits: PackLimits = PackLimits()
    ) {
        self.carrier = carrier
        self.agent = agent.replacing(" ", with: "-")
        self.clock = clock
        self.pace = pace
        self.tries = max(tries, 1)
        self.limits = limits
    }

    /// The remote as a person knows it, without any credential.
    package var name: String { carrier.name }

    /// Asks what the repository holds and what its host can do.
    package func advertisement(
        for service: GitService
    ) async throws(RemoteError) -> Advertisement {
        try await repeated { () async throws(RemoteError) in
            let answer = try await carrier.advertisement(of: service)
            return try await Advertisement(answer.ended(by: pace.begun(by: clock)), of: service)
        }
    }

    /// Sends one request, and returns the answer to it.
    func exchange(
        _ lines: [UInt8], _ pack: PackFile? = nil, with service: GitService, at place: String
    ) async throws(RemoteError) -> CarriedAnswer {
        let request = GitRequest(lines: lines, pack: pack, deadline: pace.begun(by: clock))
        return try await carrier.exchange(request, with: service, at: place)
            .ended(by: pace.begun(by: clock))
    }

    /// Makes an exchange that changes nothing at the host, again where it may pass.
    func repeated<Value>(
        _ exchange: () async throws(RemoteError) -> Value
    ) async throws(RemoteError) -> Value {
        for count in 1..<tries {
            do throws(RemoteError) { return try await exchange() } catch {
                guard error.isPassing(after: count) else { throw error }
                try await wait(after: count, asked: error.retryAfter)
            }
        }
        return try await exchange()
    }

    /// Waits 1 s, 2 s, 4 s, or what the host asks for, but no more than five minutes.
    func wait(after count: Int, asked: Duration? = nil) async throws(RemoteError) {
        let wait = min(asked ?? .seconds(1 << min(count - 1, 6)), .seconds(300))
        do { try await clock.sleep(for: wait) } catch { throw .cancelled }
    }

    /// The words that go along with the first line of a request: those of ours the host knows.
    func said(_ words: [String], to advertisement: Advertisement) -> [String] {
        let capabilities = advertisement.capabilities
        var said = words.filter(capabilities.contains)
        if capabilities.contains("object-format") { said.append("object-format=sha1") }
        if capabilities.contains("agent") { said.append("agent=\(agent)") }
        return said
    }
}
