import GitPack

/// How slow an exchange may be: half an hour, and a second more for each 16 KiB that came over.
///
/// A host that says a little now and then is never silent, and would hold a run for ever.
package struct Pace: Sendable {
    package var grace: Duration = .seconds(1_800)
    private let bytesPerSecond = 16 << 10

    package init() {}

    /// Begins to count one way of an exchange.
    func begun(by clock: some Clock<Duration>) -> Deadline {
        let began = clock.now
        return Deadline(pace: self) { began.duration(to: clock.now) }
    }

    /// When one way of an exchange, once begun, has to have ended.
    struct Deadline: Sendable {
        fileprivate let pace: Pace
        fileprivate let elapsed: @Sendable () -> Duration

        /// - Parameter byteCount: of what has come over.
        /// - Throws: `silent` if it was too little for the time.
        func check(_ byteCount: Int) throws(RemoteError) {
            guard elapsed() > pace.limit(byteCount) else { return }
            throw RemoteError(
                .silent, "the host is too slow: no more than \(byteCount) bytes came over")
        }
    }

    fileprivate func limit(_ byteCount: Int) -> Duration {
        grace + .seconds(byteCount / bytesPerSecond)
    }
}

extension GitRequest {
    /// The longest that sending it, and waiting for the answer to begin, may take.
    package var longest: Duration { deadline.pace.limit(byteCount) }

    /// Returns the bytes at `position`, some 256 KiB of them; none at the end.
    ///
    /// - Throws: `silent` if those before have taken too long, `file` if the pack cannot be read.
    package func piece(at position: Int) throws(RemoteError) -> [UInt8] {
        try deadline.check(position)
        let lines = lines.dropFirst(position)
        guard lines.isEmpty, let pack else { return Array(lines) }
        do throws(FileError) {
            return try pack.read(256 << 10, at: position - self.lines.count)
        } catch {
            throw RemoteError(error)
        }
    }
}

extension CarriedAnswer {
    /// The same, given up when it takes too long as a whole.
    func ended(by deadline: Pace.Deadline) -> CarriedAnswer {
        let next = next
        var byteCount = 0
        return CarriedAnswer(place: place) { () async throws(RemoteError) in
            guard let bytes = try await next() else { return nil }
            byteCount += bytes.count
            try deadline.check(byteCount)
            return bytes
        }
    }
}
