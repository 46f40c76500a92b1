/// How strings and names get onto the tape, and what a name means for its value.
extension Tape {
    @inline(__always)
    mutating func readString(
        _ input: Span<UInt8>, _ start: Int, _ setting: Setting
    ) throws(JSONError) -> Int {
        let (end, isSuspicious) = StringScan.plainEnd(input, from: start &+ 1)
        guard !isSuspicious, !setting.isDoubtful, end < input.count, input[end] == 0x22 else {
            return try readDoubtfulString(input, start, setting, from: end)
        }
        entries.append(entry(.string, start, end &+ 1))
        return end &+ 1
    }

    /// Reads a string that may be a secret, or that has escapes or other than ASCII text, of which
    /// all before `from` is plain.
    private mutating func readDoubtfulString(
        _ input: Span<UInt8>, _ start: Int, _ setting: Setting, from: Int
    ) throws(JSONError) -> Int {
        var entry = try readText(input, start, .string, from: from)
        let isSecret: Bool
        if entry.traits.contains(.escaped) {
            // A text of its own: else the whole tape would be copied.
            let text = decoded
            isSecret =
                setting.isSecret(text.span, entry.text)
                || SecretLook.isSecretOrHoldsMember(text.span, entry.text)
        } else {
            isSecret =
                setting.isSecret(input, entry.text) || SecretLook.isSecret(input, entry.text)
        }
        if isSecret {
            entry.withhold()
        } else if setting.rule >= 0, rules.nodes[Int(setting.rule)].isFlags {
            sortFlags(of: &entry, input)
        }
        entries.append(entry)
        return Int(entry.end)
    }

    /// Reads a name and its colon, and settles what its value is.
    @inline(__always)
    mutating func readName(
        _ input: Span<UInt8>, _ start: Int, _ setting: inout Setting
    ) throws(JSONError) -> Int {
        var end = 0
        let known = shapes.follow(innermost.shape, input, at: start)
        if known >= 0, entries.count < Limits.values {
            end = appendName(input, start, known, &setting)
        } else {
            end = try readNewName(input, start, &setting)
        }
        let at = Self.skipSpace(input, end)
        guard at < input.count else { throw JSONError(.truncated, at: at) }
        guard input[at] == 0x3A else { throw JSONError(.unexpectedByte, at: at) }
        return at &+ 1
    }

    /// Appends the last name of a shape, which stands at `start`; returns its end.
    @inline(__always)
    private mutating func appendName(
        _ input: Span<UInt8>, _ start: Int, _ shape: Int32, _ setting: inout Setting
    ) -> Int {
        let known = shapes[shape]
        setting = known.setting
        innermost.shape = shape
        var name = entry(.name, start, start &+ Int(known.byteCount))
        if known.isDropped { name.traits = .dropped }
        if depth == 1 { noteID(input, name, at: entries.count) }
        name.size &+= 2
        entries.append(name)
        return Int(name.end)
    }

    private mutating func readNewName(
        _ input: Span<UInt8>, _ start: Int, _ setting: inout Setting
    ) throws(JSONError) -> Int {
        guard start < input.count else { throw JSONError(.truncated, at: start) }
        guard input[start] == 0x22 else { throw JSONError(.unexpectedByte, at: start) }
        guard entries.count < Limits.values else { throw JSONError(.tooManyValues, at: start) }
        let plainEnd = StringScan.plainEnd(input, from: start + 1).end
        var name = try readText(input, start, .name, from: plainEnd)
        settle(input, &name, &setting)
        let isLink = name.traits.contains(.dropped) && isLinkOfList(name, input)
        if isLink { hasCutLists = true }
        entries.append(name)
        // A link is never learnt, so that none is passed over.
        innermost.shape =
            isLink || name.traits.contains(.escaped)
            ? ShapeTree.none
            : shapes.learn(
                input, start..<Int(name.end), after: innermost.shape, setting,
                isDropped: name.traits.contains(.dropped),
                mayNameID: name.text.count == rules.idMember.count)
        return Int(name.end)
    }

    private static let linkName = Array(PageReader.linkName.utf8)

    /// Whether a name is that of a list's link, such as `members@odata.nextLink`.
    private func isLinkOfList(_ name: Entry, _ input: Span<UInt8>) -> Bool {
        name.text.count > Self.linkName.count
            && text(name, input).suffix(Self.linkName.count).elementsEqual(Self.linkName)
    }

    @inline(__always)
    private mutating func settle(
        _ input: Span<UInt8>, _ name: inout Entry, _ setting: inout Setting
    ) {
        let isDropped: Bool
        if name.traits.contains(.escaped) {
            let text = decoded
            isDropped = settle(&setting, text.span, name.text)
        } else {
            isDropped = settle(&setting, input, name.text)
        }
        if depth == 1 { noteID(input, name, at: entries.count) }
        if isDropped { name.traits.insert(.dropped) }
        name.size &+= 2
    }

    /// Returns whether the member is dropped.
    ///
    /// It changes nothing here, but is `mutating` all the same: else the tape would be copied.
    @inline(__always)
    private mutating func settle(
        _ setting: inout Setting, _ name: Span<UInt8>, _ range: Range<Int>
    ) -> Bool {
        let node = rules.child(name, range, of: Int(setting.rule))
        setting.rule = Int32(truncatingIfNeeded: node)
        let names = names
        (setting.secrecy, setting.holder) = names.look(up: name, range, in: setting.holder)
        if node >= 0, rules.nodes[node].isSecret { setting.secrecy = .secret }
        setting.isDoubtful = setting.secrecy != .open || node >= 0 && rules.nodes[node].isFlags
        return node >= 0 && rules.nodes[node].isVolatile || CanonicalRules.isAnnotation(name, range)
    }

    /// Reads a string, quotes included, of which all before `from` is plain.
    private mutating func readText(
        _ input: Span<UInt8>, _ start: Int, _ kind: Entry.Kind, from: Int
    ) throws(JSONError) -> Entry {
        var at = from
        let base = decoded.count
        var copied = start + 1
        while true {
            guard at < input.count else { throw JSONError(.truncated, at: at) }
            switch input[at] {
            case 0x22:
                guard copied > start + 1 else { return entry(kind, start, at + 1) }
                decoded.append(input, copied..<at)
                return escapedEntry(kind, start, at + 1, textFrom: base)
            case 0x5C:
                decoded.append(input, copied..<at)
                at = try StringEscapes.decode(input, at: at, into: &decoded)
                copied = at
            case ..<0x20: throw JSONError(.controlCharacter, at: at)
            default: at = try StringScan.sequenceEnd(input, from: at)
            }
            at = StringScan.plainEnd(input, from: at).end
        }
    }

    private func escapedEntry(
        _ kind: Entry.Kind, _ start: Int, _ end: Int, textFrom base: Int
    ) -> Entry {
        var entry = entry(kind, start, end)
        entry.traits = .escaped
        entry.first = Int32(base)
        entry.last = Int32(decoded.count)
        let range = base..<decoded.count
        entry.size = Int32(StringEscapes.canonicalCount(decoded.span, range)) + 2
        return entry
    }
}

extension Tape.Setting {
    /// Returns whether a text is a secret by the name of its member.
    fileprivate func isSecret(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        switch secrecy {
        case .open: false
        case .suspect: SecretLook.isRandom(text, range)
        case .secret: true
        }
    }
}
