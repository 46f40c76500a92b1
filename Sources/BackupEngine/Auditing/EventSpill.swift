import Attribution
import CanonicalJSON
import GitPack
import GitStore
import GraphCatalog

/// The events of one log that a run holds in memory, and the others in a file.
///
/// After a long gap a log has a million events, most of them of objects that did not change. Until
/// the differences are known nobody can tell which, so as many as there is room for are held, whole,
/// and what comes after them goes to a file without a name. ``recall(_:)`` then brings back those
/// that can tell of the run's changes, again as many as there is room for.
///
/// - Memory: about 7 KB for each event held.
/// - Disk: the events as the log has them, gone with the run however it ends.
actor EventSpill {
    /// What ``recall(_:)`` found.
    struct Recalled: Sendable {
        var events: [AuditEvent] = []
        /// Events in the file.
        var count = 0
        /// Events that were wanted, but more than there is room for.
        var leftOut = 0
    }

    private let form: AuditSource.Form
    private let makeFile: @Sendable () throws(GitError) -> DurableFile
    private let room: Int
    private var held = 0
    private var file: DurableFile?
    private var count = 0

    init(
        of form: AuditSource.Form, room: Int,
        _ makeFile: @escaping @Sendable () throws(GitError) -> DurableFile
    ) {
        self.form = form
        self.makeFile = makeFile
        self.room = room
    }

    /// Takes events into the file, but for those that there is room for in memory, and returns these.
    func spill(_ events: [AuditEvent]) throws(GitError) -> [AuditEvent] {
        let taken = events.prefix(max(0, room - held))
        held += taken.count
        for event in events.dropFirst(taken.count) { try write(event) }
        return Array(taken)
    }

    private func write(_ event: AuditEvent) throws(GitError) {
        if file == nil { file = try makeFile() }
        var length = UInt32(event.evidence.count) << 1 | (event.isOfEnd ? 1 : 0)
        var record: [UInt8] = []
        record.reserveCapacity(4 + event.evidence.count)
        for _ in 0..<4 {
            record.append(UInt8(truncatingIfNeeded: length))
            length >>= 8
        }
        record += event.evidence
        do throws(FileError) { try file?.write(record) } catch { throw GitError(error) }
        count += 1
    }

    /// Returns the events of the file that are wanted, in the order in which they came.
    func recall(_ isWanted: (AuditEvent) -> Bool) throws(GitError) -> Recalled {
        var recalled = Recalled(count: count)
        var offset = 0
        while offset < byteCount {
            var part = try read(at: offset)[...]
            let before = part.count
            while let event = next(&part) {
                guard let event, isWanted(event) else { continue }
                if recalled.events.count < room {
                    recalled.events.append(event)
                } else {
                    recalled.leftOut += 1
                }
            }
            offset += before - part.count
        }
        return recalled
    }

    private var byteCount: Int { file?.count ?? 0 }

    var isEmpty: Bool { count == 0 }

    /// Returns whole records from `offset` on, and perhaps the beginning of another one.
    private func read(at offset: Int) throws(GitError) -> [UInt8] {
        let left = byteCount - offset
        do throws(FileError) {
            let head = try file?.read(4, at: offset) ?? []
            let wanted = max(1 << 20, 4 + Self.length(head[...]).bytes)
            return try file?.read(min(wanted, left), at: offset) ?? []
        } catch {
            throw GitError(error)
        }
    }

    /// Takes the next record off `part`; `nil` if it is not whole, an event that is `nil` if it
    /// cannot be read again.
    private func next(_ part: inout ArraySlice<UInt8>) -> AuditEvent?? {
        guard part.count >= 4 else { return nil }
        let (bytes, isOfEnd) = Self.length(part)
        guard part.count >= 4 + bytes else { return nil }
        let json = try? JSONValue(parsing: Array(part.dropFirst(4).prefix(bytes)))
        part = part.dropFirst(4 + bytes)
        var event = json.flatMap { AuditEvent($0, of: form, activities: []) }
        event?.isOfEnd = isOfEnd
        return .some(event)
    }

    private static func length(_ head: ArraySlice<UInt8>) -> (bytes: Int, isOfEnd: Bool) {
        let word = head.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        return (word >> 1, word & 1 == 1)
    }
}

extension EventInterest {
    /// The interest in what a run has found to be different.
    init(of plan: Plan, below root: RootPath) {
        self.init()
        let changes = plan.changes
        let slash = UInt8(ascii: "/")
        let depth = root.components.reduce(0) { $0 + $1.count + 1 }
        var last: Int?
        for change in changes.changes {
            let place = changes.place(of: change)
            if last != place {
                last = place
                let reading = plan.readings[changes.type(of: change)]
                for ancestor in reading.ancestors { note(plan.readings[ancestor].resource) }
                note(reading.resource)
                // Among the folders are those of the objects above.
                for part in changes.path(ofPlace: place).dropFirst(depth).split(separator: slash) {
                    note(id: unescaped(part).utf8)
                }
            }
            if change.kind == .deleted, !changes.isNamedByID(change) { noteUnknown() }
            note(id: changes.id(of: change) ?? Array(unescaped(changes.name(of: change)).utf8)[...])
        }
    }
}
