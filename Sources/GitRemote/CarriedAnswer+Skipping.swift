extension CarriedAnswer {
    /// Reads past the advertisement that a host sends unasked at the start of each connection.
    ///
    /// - Returns: what comes behind it.
    /// - Throws: `unreachable` or the host's words: it has not been asked for anything yet.
    package func pastAdvertisement() async throws(RemoteError) -> CarriedAnswer {
        var reader = PktReader(self)
        do throws(RemoteError) {
            while let line = try await reader.line() {
                guard let text = line.text else { return CarriedAnswer(place: place, reader) }
                if text.hasPrefix("ERR ") { throw HostWords([String(text.dropFirst(4))]).error }
            }
            throw .endedEarly
        } catch {
            guard error.kind == .broken else { throw error }
            throw RemoteError(.unreachable, error.reason, hint: error.hint)
        }
    }

    private init(place: String, _ reader: PktReader) {
        var reader = reader
        self.init(place: place) { () async throws(RemoteError) in try await reader.raw() }
    }
}
