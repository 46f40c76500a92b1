/// Finds the link to the next page while a page is still arriving.
///
/// It only hurries things along: it checks nothing, and what it finds in a page that turns out to
/// be malformed means nothing. Once the link is found, it does no more work.
///
/// - Cost: a few bytes of state; up to the link, a look at every byte, eight at a time in strings.
package struct LinkScanner: Sendable {
    private enum State { case document, name, colon, value, nextMember, done }

    private var state = State.document
    private var framer = ValueFramer()
    private var isInValue = false
    /// The text of a name, or of the link, as far as it has arrived.
    private var text: [UInt8] = []
    private var isLink = false

    /// The longest name or link that is looked at.
    private static let room = 1 << 16
    private let name: [UInt8]

    /// - Parameter name: of the page's member that holds the link.
    package init(for name: String = "@odata.nextLink") {
        self.name = Array(name.utf8)
    }

    /// Looks through the next bytes of the page.
    ///
    /// - Returns: the link, once, from the call in which its last byte arrives.
    package mutating func read(_ chunk: Span<UInt8>) -> String? {
        var at = 0
        while at < chunk.count, state != .done {
            if let end = isInValue ? readValue(chunk, at) : step(chunk, at) {
                at = end
            } else {
                return nil
            }
            if state == .done, isLink { return takeLink() }
        }
        return nil
    }

    /// Reads a mark between values, or begins a value; returns where to go on.
    private mutating func step(_ chunk: Span<UInt8>, _ at: Int) -> Int? {
        switch (state, chunk[at]) {
        case (_, 0x20), (_, 0x09), (_, 0x0A), (_, 0x0D): return at + 1
        case (.document, 0xEF), (.document, 0xBB), (.document, 0xBF): return at + 1
        case (.document, 0x7B), (.nextMember, 0x2C): state = .name
        case (.colon, 0x3A): state = .value
        case (.name, 0x22), (.value, _):
            (framer, isInValue) = (ValueFramer(), true)
            text.removeAll(keepingCapacity: true)
            return readValue(chunk, at)
        default: state = .done
        }
        return at + 1
    }

    private mutating func readValue(_ chunk: Span<UInt8>, _ start: Int) -> Int? {
        let end = framer.end(chunk, from: start)
        if state == .name || isLink, text.count < Self.room {
            text.append(chunk, start..<(end ?? chunk.count))
        }
        guard let end else { return nil }
        isInValue = false
        endValue()
        return end
    }

    private mutating func endValue() {
        switch state {
        case .name:
            isLink = decodedText() == name
            state = .colon
        case .value where isLink:
            state = .done
        default:
            state = .nextMember
        }
    }

    private func decodedText() -> [UInt8]? {
        guard text.count < Self.room, text.first == 0x22 else { return nil }
        var tape = Tape(CanonicalRules())
        guard (try? tape.readDocument(text.span)) != nil else { return nil }
        return tape.text(tape.entries[0], text.span)
    }

    private mutating func takeLink() -> String? {
        isLink = false
        guard let link = decodedText(), !link.isEmpty else { return nil }
        return StringEscapes.string(link)
    }
}
