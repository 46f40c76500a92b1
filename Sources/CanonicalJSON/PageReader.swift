/// Reads pages as they arrive, in chunks of any size, and brings their items into canonical form.
///
///     var reader = PageReader(.collection, by: rules)
///     try reader.read(chunk.span)  // as often as there are chunks
///     let page = try reader.finish()
///
/// - Order: items come in the order received, and can be taken with ``takeItems()`` at any time.
/// - Strictness: all of the page is checked, also what is skipped: RFC 8259, UTF-8, no name twice in
///   an object, at most 256 objects and arrays inside one another in an item, an item of at most
///   64 MiB. Positions in errors count from the page's first byte.
/// - Cost: a chunk is never copied, but for the item it ends in. A reader is worth keeping: the next
///   page uses its memory, and what it learnt about the order of members, again.
/// - Errors: after one, every call throws it again.
package struct PageReader: Sendable {
    /// What kind of document a page is.
    package enum Form: Sendable {
        /// An object whose member `value` is the array of the items.
        case collection
        /// The document is the item.
        case object
    }

    /// What must come next.
    private enum State {
        case byteOrderMark, document
        case firstName, name, colon, value, nextMember
        case firstItem, item, nextItem
        case end
    }

    /// Graph's name of the member that says where a collection goes on.
    package static let linkName = "@odata.nextLink"

    private let form: Form
    private let linkName: [UInt8]
    private var tape: Tape
    private var page = CanonicalPage()
    private var state = State.byteOrderMark
    private var failure: JSONError?

    /// How many bytes of the page came before this chunk.
    private var base = 0
    /// What has arrived of a value that goes on in the next chunk, and where on the page it begins.
    private var carry: [UInt8] = []
    private var carryStart = 0
    private var framer: ValueFramer?

    /// Names of the collection's own members, decoded, and the last of them.
    private var memberNames: Set<[UInt8]> = []
    private var memberName: [UInt8] = []
    private var hasValue = false

    package init(
        _ form: Form, by rules: CanonicalRules, linkName: String = PageReader.linkName
    ) {
        self.init(form, by: rules, linkName: linkName, byteLimit: Limits.bytes)
    }

    init(
        _ form: Form, by rules: CanonicalRules, linkName: String = PageReader.linkName,
        byteLimit: Int
    ) {
        self.form = form
        self.linkName = Array(linkName.utf8)
        tape = Tape(rules, byteLimit: byteLimit)
    }

    /// Where the collection goes on, as soon as that has been read.
    package var nextLink: String? { page.nextLink }

    /// Reads the next bytes of the page.
    package mutating func read(_ chunk: Span<UInt8>) throws(JSONError) {
        if let failure { throw failure }
        do {
            reserve(chunk.count)
            try readChunk(chunk)
        } catch {
            failure = error
            throw error
        }
    }

    /// Returns the items finished since they were last taken.
    package mutating func takeItems() -> CanonicalPage {
        var taken = CanonicalPage()
        swap(&taken, &page)
        (page.nextLink, page.misfit) = (taken.nextLink, taken.misfit)
        (page.count, page.hasCutLists) = (taken.count, taken.hasCutLists)
        return taken
    }

    /// Ends the page; returns the items not taken yet. The reader is then ready for another page.
    ///
    /// - Throws: `truncated` if the page is not complete, `valueMissing` if the collection has no
    ///   `value`.
    package mutating func finish() throws(JSONError) -> CanonicalPage {
        if let failure { throw failure }
        do {
            try checkEnd()
        } catch {
            failure = error
            throw error
        }
        var finished = CanonicalPage()
        swap(&finished, &page)
        (state, base, hasValue) = (.byteOrderMark, 0, false)
        memberNames.removeAll(keepingCapacity: true)
        return finished
    }

    private mutating func checkEnd() throws(JSONError) {
        guard state == .end else {
            // A value begun but not complete may show what is wrong before it ends.
            if framer != nil { try readCarry() }
            throw JSONError(.truncated, at: base)
        }
        if form == .collection, !hasValue { throw JSONError(.valueMissing, at: base) }
    }
}

// MARK: - The document

extension PageReader {
    /// Canonical forms are about a sixth longer than what Graph sends.
    private mutating func reserve(_ count: Int) {
        let needed = page.bytes.count + count + count / 4 + OutputSpan<UInt8>.margin
        guard page.bytes.capacity < needed else { return }
        page.bytes.reserveCapacity(max(needed, 2 * page.bytes.capacity))
    }

    private mutating func readChunk(_ chunk: Span<UInt8>) throws(JSONError) {
        var at = framer == nil ? 0 : try readCarried(chunk)
        while true {
            if state != .byteOrderMark { at = Tape.skipSpace(chunk, at) }
            guard at < chunk.count else { break }
            at = try step(chunk, at)
        }
        base += chunk.count
    }

    /// Reads a mark, or a value as far as it is there; returns where to go on.
    private mutating func step(_ chunk: Span<UInt8>, _ at: Int) throws(JSONError) -> Int {
        let byte = chunk[at]
        let position = base + at
        switch state {
        case .byteOrderMark:
            return try skipByteOrderMark(byte, at, position)
        case .document, .item, .firstItem:
            return try beginItem(chunk, at, byte, position)
        case .firstName where byte == 0x7D, .nextMember where byte == 0x7D: state = .end
        case .firstName, .name:
            guard byte == 0x22 else { throw JSONError(.unexpectedByte, at: position) }
            return try readUnit(chunk, at)
        case .colon where byte == 0x3A: state = .value
        case .value where memberName.elementsEqual(Self.valueName):
            guard byte == 0x5B else { throw JSONError(.valueNotArray, at: position) }
            (state, hasValue) = (.firstItem, true)
        case .value:
            return try readUnit(chunk, at)
        case .nextMember where byte == 0x2C: state = .name
        case .nextItem where byte == 0x2C: state = .item
        case .nextItem where byte == 0x5D: state = .nextMember
        case .end: throw JSONError(.trailingBytes, at: position)
        default: throw JSONError(.unexpectedByte, at: position)
        }
        return at + 1
    }

    private static let valueName = Array("value".utf8)

    private mutating func skipByteOrderMark(
        _ byte: UInt8, _ at: Int, _ position: Int
    ) throws(JSONError) -> Int {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if byte == mark[position] {
            if position == 2 { state = .document }
            return at + 1
        }
        guard position == 0 else { throw JSONError(.unexpectedByte, at: 0) }
        state = .document
        return at
    }

    /// Begins an item, the collection's object, or ends an empty `value`.
    private mutating func beginItem(
        _ chunk: Span<UInt8>, _ at: Int, _ byte: UInt8, _ position: Int
    ) throws(JSONError) -> Int {
        if state == .firstItem, byte == 0x5D {
            state = .nextMember
            return at + 1
        }
        guard byte == 0x7B else {
            throw JSONError(
                Self.beginsValue(byte) ? .itemNotObject : .unexpectedByte, at: position)
        }
        guard state == .document, form == .collection else { return try readUnit(chunk, at) }
        state = .firstName
        return at + 1
    }

    /// Returns whether a value other than an object can begin with `byte`.
    private static func beginsValue(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x22, 0x5B, 0x2D, 0x30...0x39, 0x74, 0x66, 0x6E: true
        default: false
        }
    }
}

// MARK: - Names, values and items

extension PageReader {
    /// Reads a value that begins in this chunk.
    private mutating func readUnit(_ chunk: Span<UInt8>, _ at: Int) throws(JSONError) -> Int {
        let rest = chunk.extracting(at..<chunk.count)
        do {
            let count = try tape.read(rest)
            try take(rest)
            return at + count
        } catch {
            guard error.problem == .truncated else { throw error.rebased(by: base + at) }
        }
        framer = ValueFramer()
        carryStart = base + at
        return try readCarried(chunk, from: at)
    }

    /// Goes on with a value that began in an earlier chunk, or in this one but does not end here.
    private mutating func readCarried(
        _ chunk: Span<UInt8>, from start: Int = 0
    ) throws(JSONError) -> Int {
        guard let end = framer?.end(chunk, from: start) else {
            carry.append(chunk, start..<chunk.count)
            if carry.count > tape.byteLimit { try readCarry() }
            return chunk.count
        }
        let count = carry.count + end - start
        // The byte after it shows that a number is complete.
        carry.append(chunk, start..<min(end + 1, chunk.count))
        try readCarry(count: count)
        framer = nil
        return end
    }

    /// Reads the value that has been carried over, of which `count` bytes are there, or all bytes
    /// if it has not been seen to end.
    private mutating func readCarry(count: Int = .max) throws(JSONError) {
        var whole: [UInt8] = []
        swap(&whole, &carry)
        do throws(JSONError) {
            let read = try tape.read(whole.span)
            try take(whole.span)
            guard read >= min(count, whole.count) else {
                throw JSONError(.unexpectedByte, at: read)
            }
        } catch {
            throw error.rebased(by: carryStart)
        }
        whole.removeAll(keepingCapacity: true)
        swap(&whole, &carry)
    }

    /// Uses the value that is on the tape.
    private mutating func take(_ unit: Span<UInt8>) throws(JSONError) {
        switch state {
        case .firstName, .name: try takeName(unit)
        case .value: try takeMember(unit)
        default: takeItem(unit)
        }
    }

    private mutating func takeItem(_ unit: Span<UInt8>) {
        if form == .object { page.misfit = tape.misfit(unit) }
        if tape.hasCutLists { page.hasCutLists = true }
        let id = tape.appendID(of: unit, to: &page.bytes)
        let start = page.bytes.count
        let withheld = tape.append(0, of: unit, to: &page.bytes)
        page.bytes.append(0x0A)
        page.items.append(
            CanonicalPage.Item(id: id, bytes: start..<page.bytes.count, withheld: withheld))
        state = form == .collection ? .nextItem : .end
    }

    private mutating func takeName(_ unit: Span<UInt8>) throws(JSONError) {
        memberName = tape.text(tape.entries[0], unit)
        guard memberNames.insert(memberName).inserted else {
            throw JSONError(
                .duplicateName, at: 0, path: withoutSecrets(StringEscapes.string(memberName)))
        }
        state = .colon
    }

    /// Azure's management groups have `@nextLink` instead of `nextLink`.
    private var isLink: Bool {
        memberName == linkName
            || memberName.first == 0x40 && memberName.dropFirst().elementsEqual(linkName)
    }

    private mutating func takeMember(_ unit: Span<UInt8>) throws(JSONError) {
        state = .nextMember
        if tape.entries[0].kind == .object, Tape.errorNames.contains(memberName) {
            page.misfit = .error
        }
        if Tape.countNames.contains(memberName) { page.count = tape.count(unit) ?? page.count }
        guard isLink else { return }
        switch tape.entries[0].kind {
        case .string:
            let link = tape.string(tape.entries[0], unit)
            page.nextLink = link.isEmpty ? nil : link
        case .literal where unit[0] == 0x6E: break
        default: throw JSONError(.linkNotString, at: 0)
        }
    }
}
