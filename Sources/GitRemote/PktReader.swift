/// Reads pkt-lines from an answer as it arrives.
///
/// Memory: one line and one piece of the answer.
struct PktReader {
    private let next: () async throws(RemoteError) -> [UInt8]?
    private var piece: [UInt8] = []
    private var position = 0
    private var hasEnded = false

    init(_ answer: CarriedAnswer) {
        next = answer.next
    }

    /// For what has arrived already.
    init(_ bytes: [UInt8]) {
        next = { () async throws(RemoteError) in nil }
        piece = bytes
    }

    /// Returns the next line; `nil` where the answer ends between two lines.
    ///
    /// - Throws: `broken` where it ends within one.
    mutating func line() async throws(RemoteError) -> PktLine? {
        guard let digits = try await peek(4), !digits.isEmpty else { return nil }
        guard digits.count == 4 else { throw .endedEarly }
        // 1 and 2 delimit sections of protocol 2, which nobody asked for.
        guard let length = PktLine.length(digits), length == 0 || length >= 4,
            length <= PktLine.longest
        else { throw .malformed("the host answered with something that is not git's protocol") }
        guard length > 0 else {
            position += 4
            return .flush
        }
        guard let whole = try await peek(length), whole.count == length else { throw .endedEarly }
        position += length
        return .data(Array(whole.dropFirst(4)))
    }

    /// Returns the next `count` bytes without taking them, fewer where the answer ends.
    mutating func peek(_ count: Int) async throws(RemoteError) -> ArraySlice<UInt8>? {
        while piece.count - position < count, !hasEnded {
            guard let more = try await next() else {
                hasEnded = true
                break
            }
            piece.removeFirst(position)
            position = 0
            piece.append(contentsOf: more)
        }
        return piece[position...].prefix(count)
    }

    /// Returns bytes as they are, without any lines; `nil` at the end.
    mutating func raw() async throws(RemoteError) -> [UInt8]? {
        guard position == piece.count else {
            defer { position = piece.count }
            return Array(piece[position...])
        }
        guard !hasEnded, let more = try await next() else {
            hasEnded = true
            return nil
        }
        return more
    }
}

extension RemoteError {
    static let endedEarly = RemoteError(.broken, "the host's answer ended too early")
}
