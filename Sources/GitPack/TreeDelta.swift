import GitObjects

extension ObjectDelta {
    /// The delta that makes one tree of another; `nil` if one of both is no tree.
    ///
    /// Both are followed in step, in git's order of entries: what is equal is copied, and of an entry
    /// that leads to another object only the ID is written out.
    ///
    /// Cost: one pass over both.
    package init?(fromTree base: [UInt8], to target: [UInt8]) {
        var comparison = TreeComparison(base, target)
        do { try comparison.finish() } catch { return nil }
        self.init(from: base, to: target, comparison.differences)
    }
}

/// Two trees, followed in step.
private struct TreeComparison {
    private var old: TreeCursor
    private var new: TreeCursor
    private var hasOld = true
    private var hasNew = true
    private(set) var differences: [ObjectDelta.Difference] = []

    init(_ old: [UInt8], _ new: [UInt8]) {
        self.old = TreeCursor(old)
        self.new = TreeCursor(new)
    }

    mutating func finish() throws(MalformedObject) {
        hasOld = try old.advance()
        hasNew = try new.advance()
        while hasOld || hasNew {
            let order = order
            if order == 0 { compare() } else { note(isOld: order < 0) }
            if order <= 0 { hasOld = try old.advance() }
            if order >= 0 { hasNew = try new.advance() }
        }
    }

    /// Below 0 if the old tree's entry comes first, 0 if both are one.
    private var order: Int {
        guard hasOld, hasNew else { return hasOld ? -1 : 1 }
        return old.order(of: new.bytes[new.name], isFolder: new.isFolder)
    }

    /// Both trees have the entry.
    private mutating func compare() {
        if old.isFolder || old.isFile && new.isFile {
            if old.id != new.id { note(old.idRange, new.idRange) }
        } else {
            let (before, after) = (old.start..<old.end, new.start..<new.end)
            if old.bytes[before] != new.bytes[after] { note(before, after) }
        }
    }

    /// Only one of them has it.
    private mutating func note(isOld: Bool) {
        note(
            old.start..<(isOld ? old.end : old.start), new.start..<(isOld ? new.start : new.end))
    }

    private mutating func note(_ base: Range<Int>, _ target: Range<Int>) {
        differences.append(ObjectDelta.Difference(base: base, target: target))
    }
}
