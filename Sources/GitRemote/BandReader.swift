import GitObjects

/// Takes an answer's bands apart: data, progress, and the host's last words.
///
/// A host that was asked for bands may answer without; the first byte tells.
struct BandReader {
    private var reader: PktReader
    /// What the host said beside its data; bounded.
    private(set) var messages: [String] = []
    private var unfinished: [UInt8] = []
    /// The answer came to an end of its own, and did not merely stop.
    private(set) var isEnded = false
    /// Bytes of all that was no data, and of what it costs to read them.
    private var chatter = 0

    /// 16 MiB: a sign of life every five seconds for two weeks.
    private static let chatterLimit = 16 << 20

    init(_ reader: PktReader) {
        self.reader = reader
    }

    /// What a line brings.
    enum Part {
        /// From the first band.
        case data([UInt8])
        /// A line of an answer without bands.
        case bare([UInt8])
    }

    /// Returns what the next line brings; `nil` at the end.
    ///
    /// - Throws: ``RemoteError`` with the host's words if it gave up.
    mutating func part() async throws(RemoteError) -> Part? {
        while let line = try await reader.line() {
            guard case .data(let bytes) = line else {
                isEnded = true
                try count(0)
                continue
            }
            isEnded = false
            if bytes.first == 1, bytes.count > 1 { return .data(Array(bytes.dropFirst())) }
            try count(bytes.count)
            switch bytes.first {
            case 2: note(bytes.dropFirst())
            case 3:
                let words = String(decoding: bytes.dropFirst(), as: UTF8.self)
                throw HostWords([words] + messages).error(or: .broken)
            case nil, 1: continue
            default: return .bare(bytes)
            }
        }
        return nil
    }

    private mutating func count(_ byteCount: Int) throws(RemoteError) {
        chatter += max(byteCount, 64)
        guard chatter <= Self.chatterLimit else {
            throw .malformed("the host talks without end")
        }
    }

    private mutating func note(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes {
            let isBreak = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            if isBreak {
                finishMessage()
            } else if unfinished.count < HostWords.columnLimit {
                unfinished.append(byte)
            }
        }
    }

    private mutating func finishMessage() {
        defer { unfinished.removeAll() }
        let text = String(decoding: unfinished, as: UTF8.self).printable.trimmed
        guard !text.isEmpty else { return }
        if messages.count == HostWords.lineLimit * 2 { messages.removeFirst() }
        messages.append(text)
    }

    /// What the host said, with a last line that no break ended.
    mutating func takeMessages() -> [String] {
        finishMessage()
        return messages
    }
}
