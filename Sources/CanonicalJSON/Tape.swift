/// Reads one JSON value into a flat list of its parts, ready to be written the canonical way.
///
/// A tape is meant to be used again and again: its arrays keep their room, and it remembers the
/// shapes of the last objects, so that the next ones need no look-ups and no sorting.
///
/// - Strictness: RFC 8259 to the letter, UTF-8 only, no name twice in an object, ``Limits``.
/// - Cost: 28 bytes for each name and value. Nothing is called recursively.
struct Tape {
    /// A name, or a value. Offsets are those of the input or of ``decoded``.
    struct Entry {
        enum Kind: UInt8 { case object, array, string, number, literal, name }

        /// The text as received, quotes and brackets included.
        var start: Int32
        var end: Int32 = 0
        /// The children as written, in ``order``; or an escaped string's text, in ``decoded``.
        var first: Int32 = 0
        var last: Int32 = 0
        /// Bytes of the canonical form at its depth; of a name, with `: ` after it.
        var size: Int32 = 0
        /// Where on the tape the next sibling is.
        var next: Int32
        let kind: Kind
        var traits: Traits = []
    }

    struct Traits: OptionSet {
        let rawValue: UInt8
        /// The string has escapes, and its text is in ``decoded``.
        static let escaped = Traits(rawValue: 1)
        /// The member is not part of the canonical form.
        static let dropped = Traits(rawValue: 2)
        /// A placeholder is written instead of the value.
        static let withheld = Traits(rawValue: 4)
        /// Of a name: text under it is a secret.
        static let secret = Traits(rawValue: 8)
    }

    /// What decides about the value that comes next.
    struct Setting {
        var rule: Int32 = 0
        var holder: SecretNames.Holder = .any
        var secrecy = SecretNames.Secrecy.open
        /// Whether the secrecy is not open, or the text holds flags: a bit of its own, since comparing
        /// enumerations where routine is read makes the compiler copy the tape.
        var isDoubtful = false
    }

    struct Container {
        let entry: Int32
        let isObject: Bool
        /// For elements of an array; for members of an object before their names are looked at.
        let setting: Setting
        /// Of an object, as far as it has been read; of an array, that of the object around it.
        var shape: Int32
    }

    static let placeholder = Array("\"[secret withheld]\"".utf8)

    let rules: CanonicalRules
    let names = SecretNames.all
    let byteLimit: Int
    /// Whether items are looked at when they end.
    let isReducing: Bool
    /// Whether numbers at the end of the input are complete.
    var isWhole = false

    var entries: [Entry] = []
    var decoded: [UInt8] = []
    /// The children of all closed containers, in the order in which they are written; beyond
    /// `orderCount` there is only room.
    var order: [Int32] = []
    var orderCount = 0
    /// What the next value stands in, and what that stands in: first of all the document.
    var innermost = Tape.document
    var outer: [Container] = []
    /// Whether a list in the document is not all of it: a link to the rest stands beside it.
    var hasCutLists = false
    /// The name that has the item's ID as its value; a folded one only if no exact one is there.
    var idName: (entry: Int32, isExact: Bool)?
    var shapes = ShapeTree()
    /// Of the members of the object that was sorted last, how many came before each.
    var ranks: [Int32] = []
    var cursors: [Cursor] = []
    var setScratch: [UInt8] = []

    /// How many objects and arrays are open.
    var depth: Int { outer.count }

    private static let document = Container(
        entry: -1, isObject: false, setting: Setting(), shape: ShapeTree.document)

    init(_ rules: CanonicalRules, byteLimit: Int = Limits.bytes) {
        self.rules = rules
        isReducing = !rules.reductions.isEmpty
        self.byteLimit = byteLimit
    }

    /// Reads the value that begins at the first byte of `input`; returns the offset after it.
    ///
    /// - Throws: `truncated` if the input ends before the value does; all positions are relative
    ///   to the input.
    mutating func read(_ input: Span<UInt8>) throws(JSONError) -> Int {
        guard input.count > byteLimit else { return try readAll(input) }
        isWhole = false
        do {
            return try readAll(input.extracting(first: byteLimit))
        } catch {
            guard error.problem == .truncated else { throw error }
            throw JSONError(.tooLarge, at: byteLimit)
        }
    }

    private mutating func readAll(_ input: Span<UInt8>) throws(JSONError) -> Int {
        clear()
        var at = try readValue(input, 0, Setting())
        while !outer.isEmpty {
            at = try readNext(input, at)
            if innermost.isObject { at = readRoutine(input, at) }
        }
        if isReducing { reduce(input) }
        guard entries[0].size < byteLimit else { throw JSONError(.tooLarge, at: 0) }
        return at
    }

    private mutating func clear() {
        entries.removeAll(keepingCapacity: true)
        decoded.removeAll(keepingCapacity: true)
        orderCount = 0
        outer.removeAll(keepingCapacity: true)
        innermost = Self.document
        idName = nil
        hasCutLists = false
        shapes.prepare()
    }

    /// Reads what follows in an open container: its end, or the next member or element.
    @inline(__always)
    private mutating func readNext(_ input: Span<UInt8>, _ start: Int) throws(JSONError) -> Int {
        let (isObject, isFirst) = (innermost.isObject, entries.count == innermost.entry &+ 1)
        var at = Self.skipSpace(input, start)
        guard at < input.count else { throw JSONError(.truncated, at: at) }
        if input[at] == (isObject ? 0x7D : 0x5D) {
            try close(input, at: at)
            return at &+ 1
        }
        if !isFirst {
            guard input[at] == 0x2C else { throw JSONError(.unexpectedByte, at: at) }
            at = Self.skipSpace(input, at &+ 1)
        }
        var setting = innermost.setting
        if isObject { at = try readName(input, at, &setting) }
        return try readValue(input, at, setting)
    }

    // MARK: - Values

    @inline(__always)
    private mutating func readValue(
        _ input: Span<UInt8>, _ start: Int, _ setting: Setting
    ) throws(JSONError) -> Int {
        let at = Self.skipSpace(input, start)
        guard at < input.count else { throw JSONError(.truncated, at: at) }
        guard entries.count < Limits.values else { throw JSONError(.tooManyValues, at: at) }
        switch input[at] {
        case 0x22: return try readString(input, at, setting)
        case 0x7B: return try openContainer(at, isObject: true, setting)
        case 0x5B: return try openContainer(at, isObject: false, setting)
        case 0x2D, 0x30...0x39:
            let end = try NumberScan.end(input, from: at, isWhole: isWhole)
            var number = entry(.number, at, end)
            if setting.secrecy == .secret { number.withhold() }
            entries.append(number)
            return end
        case 0x74, 0x66, 0x6E:
            let end = try NumberScan.literalEnd(input, from: at)
            entries.append(entry(.literal, at, end))
            return end
        default: throw JSONError(.unexpectedByte, at: at)
        }
    }

    /// Returns the entry of a name, or of a value without children, that comes next on the tape.
    @inline(__always)
    func entry(_ kind: Entry.Kind, _ start: Int, _ end: Int) -> Entry {
        Entry(kind, start, end, at: entries.count)
    }

    private mutating func openContainer(
        _ start: Int, isObject: Bool, _ setting: Setting
    ) throws(JSONError) -> Int {
        guard depth < Limits.depth else { throw JSONError(.tooDeep, at: start) }
        let shape = innermost.shape
        var inner = setting
        if isObject { (inner.secrecy, inner.isDoubtful) = (.open, false) }
        outer.append(innermost)
        innermost = Container(
            entry: Int32(truncatingIfNeeded: entries.count), isObject: isObject, setting: inner,
            shape: isObject ? shapes.inner(of: shape) : shape)
        entries.append(Entry(start: Int32(start), next: 0, kind: isObject ? .object : .array))
        return start + 1
    }

    @inline(__always)
    static func skipSpace(_ input: Span<UInt8>, _ start: Int) -> Int {
        guard start < input.count, input[start] <= 0x20 else { return start }
        var at = start
        while at < input.count {
            let byte = input[at]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            at &+= 1
        }
        return at
    }
}

extension Tape.Entry {
    /// A name, or a value without children, that is at `index` on the tape and has no escapes.
    @inline(__always)
    init(_ kind: Kind, _ start: Int, _ end: Int, at index: Int) {
        self.init(
            start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: end),
            size: Int32(truncatingIfNeeded: end &- start),
            next: Int32(truncatingIfNeeded: index &+ 1), kind: kind)
    }

    /// A string's or a name's decoded text: in `decoded` if escaped, else in the input.
    @inline(__always)
    var text: Range<Int> {
        traits.contains(.escaped)
            ? Int(first)..<Int(last) : Int(start) &+ 1..<max(Int(start) &+ 1, Int(end) &- 1)
    }

    mutating func withhold() {
        traits.insert(.withheld)
        size = Int32(Tape.placeholder.count)
    }
}

extension [UInt8] {
    mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        append(addingCapacity: range.count) { output in output.append(source, range) }
    }
}
