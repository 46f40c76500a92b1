import Attribution
import CanonicalJSON
import FoundationEssentials
import GitStore
import GraphCatalog

/// What a sweep found in one window of a log.
struct AuditLog: Sendable {
    /// The log's.
    let name: String
    /// Each event once.
    private(set) var events: [AuditEvent] = []
    var to: Date
    var requests = 0
    /// Why not all of the window was read; `nil` if it was.
    var failure: AuditFailure?
    /// Why parts of the log were not read that the app has no access to, beside others.
    var gap: AuditFailure?
    /// Hashes of the IDs of all events of the window, those in the file too.
    private var known: Set<Int> = []
    /// Parts of the window, a minute or less each, that the service cannot send, and why.
    private(set) var lost: [LostPart] = []

    init(name: String, to: Date) { (self.name, self.to) = (name, to) }

    mutating func take(_ more: [AuditEvent]) { hold(unknown(more)) }

    /// Returns those of the events that are not known, and knows them from now on.
    mutating func unknown(_ more: [AuditEvent]) -> [AuditEvent] {
        more.filter { known.insert($0.id.hashValue).inserted }
    }

    mutating func hold(_ more: [AuditEvent]) { events += more }

    /// Takes in what was in the file and is wanted.
    mutating func take(_ recalled: EventSpill.Recalled) {
        guard recalled.count > 0 else { return }
        take(recalled.events)
        var reason =
            "The log has \(events.count + recalled.count - recalled.events.count) events, more than "
            + "fit in memory: \(recalled.count) of them were looked at for this run's changes only"
        if recalled.leftOut > 0 {
            reason += ", and \(recalled.leftOut) that may tell of these not at all"
        }
        gap = gap ?? AuditFailure(isAbsence: false, reason: reason, hint: nil)
    }

    /// Takes note of parts that were not read. Of a log in parts the same time may be lost twice.
    mutating func lose(_ more: [LostPart]) {
        lost += more.filter { part in !lost.contains { $0.text == part.text } }
        lost.sort { $0.from < $1.from }
    }
}

/// A part of a log's window that was not read because the service cannot send an event in it.
struct LostPart: Sendable {
    let from: Date
    let to: Date
    let reason: AuditFailure

    /// As an ISO 8601 interval.
    var text: String { "\(from.timestamp)/\(to.timestamp)" }
}

/// Why a log was not read, or not to its end.
package struct AuditFailure: Error, Sendable {
    /// Whether the tenant, its cloud or the app has no such log to read.
    package let isAbsence: Bool
    /// Whether it is the app that may not.
    package var isRefusal = false
    package let reason: String
    package let hint: String?
}

/// Reads a window of a log, whatever it takes: once, not once an object.
///
/// A slice of the window that fails is cut in two, for page tokens of the log die within minutes
/// and large answers time out. What was read of it stays: events are told apart by their IDs.
/// Where the service refuses a slice however short it is, or what it sends of it is broken, the
/// minute that is left is lost, and all other slices are read.
///
/// - Cost: as many requests as the window has pages, one after the other, which is about as many as
///   Entra's log allows (5 in 10 s); and one more if the reading of the tenant took over a minute.
///   An event that cannot be read costs as many failures as the window can be halved.
///   Of a log in parts, as many for each part, a few parts at a time.
/// - Memory: of the events of the window that may tell of chosen types, as many as an
///   ``EventSpill`` holds, and eight bytes for each other one.
struct AuditSweep<Source: GraphSource>: Sendable {
    let source: Source
    /// As the chosen types declare the log; not empty.
    let declared: [AuditSource]
    let tenant: String
    var window: AuditWindow
    let clock: RunClock
    /// When to give up.
    let deadline: Date?
    /// What does not fit in memory.
    let spill: EventSpill

    /// Failures of one part after which its log is given up: three lost minutes of a month.
    private static var mostFailures: Int { 48 }
    /// So many minutes are lost before it is clear that nothing can be read, if nothing was. Two
    /// slices may share the second of one event.
    private static var mostLostOfAll: Int { 3 }
    /// Slices of that length, and shorter ones, are not cut.
    private static var shortest: TimeInterval { 60 }
    /// Parts read at the same time.
    private static var width: Int { 6 }
    /// What an error calls it.
    private static var log: String { "The audit log" }

    var name: String { declared[0].name }

    /// Reads all events of the window.
    func log() async -> AuditLog { await read(from: window.from, to: window.start) }

    /// Adds what happened while the tenant was read, if that took long. What is late even then comes
    /// to the next run, so that nothing is lost if this fails.
    func tail(after log: AuditLog) async -> AuditLog {
        let end = clock.now() + window.clockOffset
        guard log.failure == nil, end.timeIntervalSince(window.start) > Self.shortest else {
            return log
        }
        let tail = await read(from: window.start, to: end)
        var log = log
        log.requests += tail.requests
        log.take(tail.events)
        log.lose(tail.lost)
        if tail.failure == nil { log.to = end }
        return log
    }

    /// Brings back what a log has left in the file and is wanted.
    func recall(_ log: AuditLog, _ interest: EventInterest) async -> AuditLog {
        var log = log
        do throws(GitError) {
            log.take(try await spill.recall(interest.wants))
        } catch {
            log.failure = log.failure ?? Self.failure(error)
        }
        return log
    }

    private static func failure(_ error: GitError) -> AuditFailure {
        AuditFailure(
            isAbsence: false, reason: "Could not \(error.action): \(error.reason)", hint: error.hint
        )
    }

    private func read(from: Date, to: Date) async -> AuditLog {
        await withTaskGroup(of: AuditLog?.self) { group in
            group.addTask { await readParts(from: from, to: to) }
            if let deadline {
                group.addTask {
                    try? await clock.sleep(deadline)
                    return nil
                }
            }
            var log = AuditLog(name: name, to: to)
            for await result in group {
                // Out of time, or done: in both cases nobody else has to go on.
                group.cancelAll()
                if let result { log = result }
            }
            return log
        }
    }

    // MARK: Parts

    /// What is asked for at one place, and which of the answer is wanted.
    private struct Part: Sendable {
        let source: AuditSource
        /// The object whose part of the log it is; empty for the tenant's.
        let place: String
        let activities: [String]
        /// Whether it tells only of the end of what objects are in.
        let isOfEnds: Bool
    }

    private func readParts(from: Date, to: Date) async -> AuditLog {
        var log = AuditLog(name: name, to: to)
        let places: [String]
        do throws(BackupError) { places = try await self.places(&log) } catch {
            log.failure = failure(Self.reason(of: error))
            return log
        }
        let parts = parts(at: places)
        return await withTaskGroup(of: AuditLog.self) { group in
            var rest = parts[...]
            for part in rest.prefix(Self.width) {
                group.addTask { await readSlices(of: part, from: from, to: to) }
            }
            rest = rest.dropFirst(Self.width)
            var absent = 0
            for await read in group {
                log.requests += read.requests
                log.take(read.events)
                log.lose(read.lost)
                if let failure = read.failure, failure.isAbsence {
                    absent += 1
                    log.gap = log.gap ?? failure
                } else {
                    log.failure = log.failure ?? read.failure
                }
                guard let part = rest.popFirst() else { continue }
                group.addTask { await readSlices(of: part, from: from, to: to) }
            }
            if absent == parts.count { log.failure = log.gap }
            return log
        }
    }

    /// Types that ask for the same events share them. What objects are in has no place in the tenant's
    /// own part of the log.
    private func parts(at places: [String]) -> [Part] {
        func parts(of sources: [AuditSource], at places: some Sequence<String>, isOfEnds: Bool)
            -> [Part]
        {
            let groups = Dictionary(grouping: sources, by: \.condition).sorted { $0.key < $1.key }
            return places.flatMap { place in
                groups.map { _, alike in
                    Part(
                        source: alike[0], place: place,
                        activities: alike.contains { $0.activities.isEmpty }
                            ? [] : Set(alike.flatMap(\.activities)).sorted(),
                        isOfEnds: isOfEnds)
                }
            }
        }
        return parts(of: declared, at: places, isOfEnds: false)
            + parts(of: declared.flatMap(\.ends), at: places.dropFirst(), isOfEnds: true)
    }

    /// The tenant, and every object that has a part of the log for itself.
    private func places(_ log: inout AuditLog) async throws(BackupError) -> [String] {
        var places = [""]
        var requests = 0
        defer { log.requests += requests }
        for list in declared[0].walks {
            let flow = PageFlow(source: source) { page throws(BackupError) in
                try ListPage(page, of: Self.log)
            }
            try await flow.read(from: .first(list.request(tenant: tenant))) { page in
                requests += page.requests
                places += page.objects.compactMap { $0[list.idMember]?.string }
            }
        }
        return places
    }

    private func readSlices(of part: Part, from: Date, to: Date) async -> AuditLog {
        var log = AuditLog(name: name, to: to)
        var slices = [Slice(from: from, to: to)]
        var failures = 0
        var busy = 0
        var hasRead = false
        while let slice = slices.popLast() {
            do throws(BackupError) {
                try await read(slice, of: part, into: &log)
                hasRead = true
                busy = 0
            } catch {
                if case .store(let error) = error {
                    log.failure = Self.failure(error)
                    return log
                }
                failures += 1
                let reason = Self.reason(of: error)
                log.requests += reason?.requests ?? 0
                // To wait out all patience more than twice would help nobody: the mark stays.
                busy += reason?.kind == .unavailable ? 1 : 0
                guard let reason, !Task.isCancelled, reason.isWorthSmallerSlices,
                    failures < Self.mostFailures, busy < 2
                else {
                    log.failure = failure(reason)
                    return log
                }
                if slice.length > Self.shortest {
                    slices += slice.halves
                } else if reason.isOfOneEvent,
                    hasRead || log.lost.count + 1 < Self.mostLostOfAll
                {
                    log.lose([LostPart(from: slice.from, to: slice.to, reason: failure(reason))])
                } else {
                    log.failure = failure(reason)
                    return log
                }
            }
        }
        // Of a window of a minute nobody knows whether it is one event or all.
        if !hasRead, let part = log.lost.first { log.failure = part.reason }
        return log
    }

    private static func reason(of error: BackupError) -> GraphError? {
        guard case .source(let reason) = error else { return nil }
        return reason
    }

    private func failure(_ reason: GraphError?) -> AuditFailure {
        guard let reason, !Task.isCancelled else {
            return AuditFailure(
                isAbsence: false, reason: "The time limit left no time to read all of it",
                hint: nil)
        }
        let isAbsence = [.notPermitted, .notAvailable, .notFound].contains(reason.kind)
        // What else may be wrong is no matter of a type.
        var hint = reason.kind == .other ? nil : reason.hint
        if reason.kind == .notPermitted, let permission = declared[0].permissions.application.first
        {
            hint =
                "Grant the application \(permission), and its consent, to see who made the changes."
        }
        let isRefusal = [.notPermitted, .signInRefused].contains(reason.kind)
        return AuditFailure(
            isAbsence: isAbsence, isRefusal: isRefusal, reason: reason.reason, hint: hint)
    }

    // MARK: One slice

    private struct Slice {
        let from: Date
        let to: Date

        var length: TimeInterval { to.timeIntervalSince(from) }

        /// The newer half is read first.
        var halves: [Slice] {
            let middle = from + (length / 2).rounded()
            return [Slice(from: from, to: middle), Slice(from: middle, to: to)]
        }
    }

    private func read(
        _ slice: Slice, of part: Part, into log: inout AuditLog
    ) async throws(BackupError) {
        var read = AuditLog(name: name, to: log.to)
        swap(&read, &log)
        defer { log = read }
        let flow = PageFlow(source: source) { page throws(BackupError) in
            EventPage(
                try ListPage(page, of: Self.log), part.source.form, part.activities, part.isOfEnds)
        }
        // Logs are asked in whole seconds; the one that has begun counts.
        let end = Date(timeIntervalSince1970: slice.to.timeIntervalSince1970.rounded(.up))
        let request = part.source.request(
            from: slice.from.timestamp, to: end.timestamp, at: part.place)
        try await flow.read(from: .first(request)) { (page) async throws(BackupError) in
            read.requests += page.requests
            let events = read.unknown(page.events)
            read.hold(
                try await storing { () async throws(GitError) in try await spill.spill(events) })
        }
    }
}

/// The events of one page that are wanted.
private struct EventPage: PreparedPage {
    let events: [AuditEvent]
    let next: GraphLink?
    let requests: Int

    init(
        _ page: ListPage, _ form: AuditSource.Form, _ activities: [String], _ isOfEnds: Bool
    ) {
        events = page.objects.compactMap {
            var event = AuditEvent($0, of: form, activities: activities)
            event?.isOfEnd = isOfEnds
            return event
        }
        next = page.next
        requests = page.requests
    }
}

extension GraphError {
    /// Whether less at a time may go through.
    fileprivate var isWorthSmallerSlices: Bool {
        isOfOneEvent || [.pageTokenExpired, .unavailable].contains(kind)
    }

    /// Whether one event may be the cause, which every slice that holds it has: the service refuses
    /// to send it, or what it sends is broken.
    fileprivate var isOfOneEvent: Bool { [.other, .malformed].contains(kind) }
}
