import Attribution
import CanonicalJSON
import FoundationEssentials
import GraphCatalog

/// What a sweep found in one window of the audit log.
struct AuditLog: Sendable {
    /// Each event once.
    private(set) var events: [AuditEvent] = []
    var to: Date
    var requests = 0
    /// Why not all of the window was read; `nil` if it was.
    var failure: AuditFailure?
    private var known: Set<String> = []

    init(to: Date) { self.to = to }

    mutating func take(_ more: [AuditEvent]) {
        for event in more where known.insert(event.id).inserted { events.append(event) }
    }
}

/// Why the audit log was not read, or not to its end.
package struct AuditFailure: Error, Sendable {
    /// Whether the tenant, its cloud or the app has no audit log to read.
    package let isAbsence: Bool
    /// Whether it is the app that may not.
    package var isRefusal = false
    package let reason: String
    package let hint: String?
}

/// Reads a window of the audit log, whatever it takes: once, not once an object.
///
/// A slice of the window that fails is cut in two, for page tokens of the log die within minutes
/// and large answers time out. What was read of it stays: events are told apart by their IDs.
///
/// - Cost: as many requests as the window has pages, one after the other, which is about as many as
///   the log allows (5 in 10 s); and one more if the reading of the tenant took over a minute.
/// - Memory: all events of the window.
struct AuditSweep<Source: GraphSource>: Sendable {
    let source: Source
    let window: AuditWindow
    let clock: RunClock
    /// When to give up.
    let deadline: Date?

    /// Failures that are followed by a smaller slice.
    private static var mostFailures: Int { 24 }
    /// Shorter slices are not cut.
    private static var shortest: TimeInterval { 60 }

    /// Reads all events of the window.
    func log() async -> AuditLog { await read(from: window.from, to: window.start) }

    /// Adds what happened while the tenant was read, if that took long. What is late even then comes
    /// to the next run, so that nothing is lost if this fails.
    func tail(after log: AuditLog) async -> AuditLog {
        let end = clock.now()
        guard log.failure == nil, end.timeIntervalSince(window.start) > Self.shortest else {
            return log
        }
        let tail = await read(from: window.start, to: end)
        var log = log
        log.requests += tail.requests
        log.take(tail.events)
        if tail.failure == nil { log.to = end }
        return log
    }

    private func read(from: Date, to: Date) async -> AuditLog {
        await withTaskGroup(of: AuditLog?.self) { group in
            group.addTask { await readSlices(from: from, to: to) }
            if let deadline {
                group.addTask {
                    try? await clock.sleep(deadline)
                    return nil
                }
            }
            var log = AuditLog(to: to)
            for await result in group {
                // Out of time, or done: in both cases nobody else has to go on.
                group.cancelAll()
                if let result { log = result }
            }
            return log
        }
    }

    private func readSlices(from: Date, to: Date) async -> AuditLog {
        var log = AuditLog(to: to)
        var slices = [Slice(from: from, to: to)]
        var failures = 0
        var busy = 0
        while let slice = slices.popLast() {
            do throws(BackupError) {
                try await read(slice, into: &log)
                busy = 0
            } catch {
                failures += 1
                let reason = Self.reason(of: error)
                log.requests += reason?.requests ?? 0
                // To wait out all patience more than twice would help nobody: the mark stays.
                busy += reason?.kind == .pageTokenExpired ? 0 : 1
                guard let reason, reason.isWorthSmallerSlices, failures < Self.mostFailures,
                    busy < 2, slice.length >= 2 * Self.shortest
                else {
                    log.failure = failure(reason)
                    return log
                }
                slices += slice.halves
            }
        }
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
        let hint =
            reason.kind == .notPermitted
            ? "Grant the application AuditLog.Read.All, and its consent, to see who made the changes."
            : reason.hint
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

    private func read(_ slice: Slice, into log: inout AuditLog) async throws(BackupError) {
        var read = AuditLog(to: log.to)
        swap(&read, &log)
        defer { log = read }
        let flow = PageFlow(source: source) { page throws(BackupError) in try EventPage(page) }
        try await flow.read(from: .first(Self.request(from: slice.from, to: slice.to))) { page in
            read.requests += page.requests
            read.take(page.events)
        }
    }

    /// <https://learn.microsoft.com/graph/api/directoryaudit-list>
    static func request(from: Date, to: Date) -> GraphRequest {
        let filter =
            "activityDateTime ge \(from.timestamp) and activityDateTime le \(to.timestamp)"
        return GraphRequest(
            path: "auditLogs/directoryAudits",
            query: [.init("$filter", filter), .init("$top", "999")], bucket: .audit)
    }
}

/// One page of the audit log.
private struct EventPage: Sendable {
    let events: [AuditEvent]
    let requests: Int

    init(_ page: GraphPage) throws(BackupError) {
        let root: JSONValue
        do throws(JSONError) { root = try JSONValue(parsing: page.body) } catch {
            throw .source(
                GraphError(.malformed, "The audit log is not proper JSON: \(error.reason)"))
        }
        guard let events = root["value"]?.array else {
            throw .source(GraphError(.malformed, "A page of the audit log has no events"))
        }
        self.events = events.compactMap { AuditEvent($0) }
        requests = page.requests
    }
}

extension GraphError {
    /// Whether less at a time may go through.
    fileprivate var isWorthSmallerSlices: Bool {
        [.pageTokenExpired, .unavailable, .malformed].contains(kind)
    }
}
