import Attribution
import FoundationEssentials
import GitStore
import GraphCatalog

/// The sweeps of all logs that tell of the types a run reads: Entra's first, which names people
/// for the others too.
struct AuditSweeps<Source: GraphSource>: Sendable {
    private var sweeps: [AuditSweep<Source>]

    init(_ sweeps: [AuditSweep<Source>]) {
        self.sweeps = sweeps
    }

    /// - Parameter window: of some types, at most so long.
    init(
        of types: [GraphResource], in tenant: String, from source: Source, _ audit: AuditOptions,
        _ clock: RunClock, in store: GitStore,
        window: (_ types: [String], _ log: String, _ longest: TimeInterval?) -> AuditWindow
    ) {
        let first = AuditSource.directory
        let logs = Dictionary(grouping: types, by: \.audit.name)
        let others = logs.keys.filter { $0 != first.name }.sorted()
        sweeps = ([first.name] + others).map { name in
            let types = logs[name] ?? []
            let declared = types.isEmpty ? [first] : types.map(\.audit)
            return AuditSweep(
                source: source, declared: declared, tenant: tenant,
                window: window(
                    types.map(\.name), name, declared[0].longestDays.map { Double($0) * 86_400 }),
                clock: clock, deadline: audit.deadline,
                spill: EventSpill(of: declared[0].form, room: audit.heldEvents) {
                    () throws(GitError) in
                    try store.scratchFile()
                })
        }
    }

    var windows: [AuditWindow] { sweeps.map(\.window) }

    /// Notes the start of each type's last complete read, by its name.
    mutating func note(_ reads: [String: Date]) {
        for place in sweeps.indices { sweeps[place].window.reads = reads }
    }

    /// By the names of logs, since when it is of interest who made what these tell of.
    var interest: [String: Moment] {
        let times = sweeps.map {
            ($0.name, Moment(seconds: $0.window.from.timeIntervalSince1970))
        }
        return Dictionary(uniqueKeysWithValues: times)
    }

    /// Reads all logs at the same time.
    func logs() async -> [AuditLog] { await all { _, sweep in await sweep.log() } }

    /// Adds what happened while the tenant was read.
    func tails(after logs: [AuditLog]) async -> [AuditLog] {
        await all { place, sweep in await sweep.tail(after: logs[place]) }
    }

    /// Brings back what the logs have left in files and may tell of changes.
    func recall(
        _ logs: [AuditLog], _ interest: () -> EventInterest
    ) async -> [AuditLog] {
        var isAnySpilled = false
        for sweep in sweeps where await !sweep.spill.isEmpty { isAnySpilled = true }
        guard isAnySpilled else { return logs }
        let interest = interest()
        return await all { place, sweep in await sweep.recall(logs[place], interest) }
    }

    private func all(
        _ read: @escaping @Sendable (Int, AuditSweep<Source>) async -> AuditLog
    ) async -> [AuditLog] {
        await withTaskGroup(of: (Int, AuditLog).self) { group in
            for (place, sweep) in sweeps.enumerated() {
                group.addTask { (place, await read(place, sweep)) }
            }
            var logs: [Int: AuditLog] = [:]
            for await (place, log) in group { logs[place] = log }
            return sweeps.indices.compactMap { logs[$0] }
        }
    }
}
