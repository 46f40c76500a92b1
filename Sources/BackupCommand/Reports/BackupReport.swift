import BackupEngine
import GitRemote
import GraphCatalog

/// How a finished backup is told: what changed, what is missing and why, and how it ends.
struct BackupReport: Sendable {
    let record: RunRecord
    private let changes: [ChangedObject]
    let repository: String
    let isDryRun: Bool
    /// Logs that tell who made changes, by the names of the types they tell of.
    private let logs: [String: String]
    private let isAttribution: Bool
    /// Types whose objects have no folders of their own, by their names.
    private let folderless: Set<String>
    private let duration: Duration
    private let push: PushRecord?
    /// Why the backup may not be on the disk although it is published; `nil` if it is.
    let unsynced: String?
    let status: ExitStatus

    init(_ result: BackupResult, of request: BackupRequest, took duration: Duration) {
        record = result.record
        changes = result.changes
        repository = request.repository
        isDryRun = request.isDryRun
        isAttribution = request.isAttribution
        folderless = Set(
            request.selection.resources.map(\.resource).filter { !$0.hasFolders }.map(\.name))
        let chosen = request.selection.resources.map(\.resource)
        logs = Dictionary(chosen.map { ($0.name, $0.audit.name) }) { first, _ in first }
        self.duration = duration
        push = result.push
        unsynced = result.unsynced?.unsyncedSentence
        status =
            unsynced != nil
            ? .failed
            : result.push?.failure != nil
                ? .notPushed : result.isIncomplete ? .incomplete : .done
    }

    /// The document or list that was asked for on one side, the summary on the other.
    func show(on console: Console, asJSON: Bool) async {
        if asJSON {
            await console.document(
                BackupDocument(
                    record, status, push: push, wouldChange: isDryRun ? changes : nil))
        } else if isDryRun {
            for line in changes.map(line) { await console.output(line) }
        }
        for line in summary { await console.say(line) }
        if let unsynced { await console.say(.error, unsynced) }
        if let push { await PushReportLines(push).show(on: console) }
        for gap in [auditGap].compactMap(\.self) + logGaps {
            await console.say(.warning, gap.sentence)
            if let hint = gap.hint { await console.say(.hint, hint) }
        }
        for lack in lacks { await console.say(lack.stopped) }
        for (name, members) in membersNotRead {
            await console.detail(
                "Did not read of \(name), for want of a permission or because the service does not "
                    + "have it: \(members)".stopped)
        }
        for (name, log) in namedLogs where log.outcome == .complete && log.lost == nil {
            guard let reason = log.reason else { continue }
            await console.detail("Did not read all of the log of \(name): \(reason)".stopped)
        }
        for gap in gaps {
            if gap.isFailure {
                await console.say(gap.failure)
            } else {
                await console.detail("Skipped \(gap.type): \(gap.reason)".stopped)
            }
        }
    }

    // MARK: Words

    /// What was read and what changed, type by type.
    var summary: [String] {
        guard !isAttribution else { return [notes ?? nothingToNote] }
        let rows = record.types.sorted { $0.key < $1.key }.compactMap { name, type -> [String]? in
            guard let words = type.changes else { return nil }
            return ["  \(name)", words]
        }
        return [headline] + columns(rows) + [notes, ending].compactMap(\.self)
    }

    private var notes: String? { record.audit.noteCounts.map { "Noted \($0)." } }

    private var nothingToNote: String {
        record.audit.requests == 0
            ? "Every change of the last 30 days has its authors."
            : "The audit log tells nothing more of who made the changes."
    }

    /// What changed, a line for each type.
    var changedTypes: [String] {
        record.types.sorted { $0.key < $1.key }.compactMap { name, type in
            type.changes.map { "\(name): \($0)" }
        }
    }

    /// What is missing of the backup, a line for each type.
    var shortfalls: [String] {
        gaps.filter(\.isFailure).map { "\($0.type): \($0.reason)" }
    }

    /// Why the remote did not take it, and what to do.
    var pushFailure: [String] {
        guard let failure = push?.failure else { return [] }
        return [failure.reason.capitalizedSentence.stopped, failure.hint].compactMap(\.self)
    }

    private var headline: String {
        let complete = record.types.values.filter { $0.outcome == .complete }
        let objects = complete.reduce(0) { $0 + $1.objects }
        let read = "\(objects.counted("object")) of \(complete.count.counted("type"))"
        let verb = isDryRun ? "Compared" : "Backed up"
        return "\(verb) \(read) \(isDryRun ? "with" : "to") \(repository) in \(duration.wording)."
    }

    private var ending: String? {
        if changes.isEmpty, record.tag == nil { return "Nothing changed." }
        if isDryRun { return "Nothing was written: this was a dry run." }
        return record.tag.map { "Tagged \($0)" }
    }

    /// `M Users  Adele Vance`: the kind, the folder of the type and the object's name.
    private func line(_ change: ChangedObject) -> String {
        // The path without the file, and without the folder the object has for itself.
        let own = folderless.contains(change.type) ? 1 : 2
        let folder = change.path.split(separator: "/").dropLast(own).joined(separator: "/")
        return "\(change.kind.rawValue) \(folder)  \(change.name)"
    }

    /// Why the authors of changes are not known, or not all.
    private var auditGap: CommandFailure? {
        record.audit.reason.map { reason in
            let isPart = record.audit.outcome == .complete && record.audit.lost != nil
            return CommandFailure(
                isPart
                    ? "Could not read a part of the audit log"
                    : "Could not read who made the changes",
                reason: reason, hint: record.audit.hint)
        }
    }

    /// Complete types for which there would be more to read, were it permitted.
    private var lacks: [String] {
        record.types.filter { $0.value.without != nil && $0.value.outcome == .complete }
            .sorted { $0.key < $1.key }
            .compactMap { name, type in
                type.reason.map { "In \(name) something is left out: \($0)" }
            }
    }

    /// Members that need a permission of their own, by the types that have them.
    private var membersNotRead: [(type: String, members: String)] {
        record.types.sorted { $0.key < $1.key }.compactMap { name, type in
            type.membersNotRead.map { (name, $0.joined(separator: ", ")) }
        }
    }

    private var namedLogs: [(name: String, log: LogRecord)] {
        (record.audit.logs ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The same of other logs than Entra's. Where nothing was read that a log tells of, it does not
    /// matter that it was not either.
    private var logGaps: [CommandFailure] {
        let read = Set(
            record.types.filter { $0.value.outcome != .skipped }.keys.compactMap { logs[$0] })
        return namedLogs.compactMap { name, log in
            let isPart = log.outcome == .complete && log.lost != nil
            let isMissed = isAttribution ? log.outcome == .kept : log.outcome != .complete
            guard isMissed || isPart, isAttribution || read.contains(name), let reason = log.reason
            else {
                return nil
            }
            return CommandFailure(
                isPart
                    ? "Could not read a part of the log of \(name)"
                    : "Could not read who made the changes in \(name)",
                reason: reason, hint: log.hint)
        }
    }

    private struct Gap {
        let type: String
        let reason: String
        let isFailure: Bool
        let failure: CommandFailure
    }

    /// The types that were not read, in byte order.
    private var gaps: [Gap] {
        record.types.filter { $0.value.outcome != .complete }.sorted { $0.key < $1.key }.map {
            let reason = $1.reason ?? "the reason is not known"
            return Gap(
                type: $0, reason: reason, isFailure: $1.isIncomplete,
                failure: CommandFailure(
                    "Could not read \($0)", reason: reason, hint: $1.hint, status: .incomplete))
        }
    }
}

extension AuditRecord {
    /// `3 audit events on 2 commits of earlier runs`; `nil` if none were noted there.
    var noteCounts: String? {
        guard let noted else { return nil }
        let events = noted.values.reduce(0, +).counted("audit event")
        return "\(events) on \(noted.count.counted("commit")) of earlier runs"
    }
}

extension TypeRecord {
    /// `3 created, 9 updated`; `nil` if nothing changed.
    var changes: String? {
        let words = [(created, "created"), (updated, "updated"), (deleted, "deleted")]
            .compactMap { count, word in
                (count ?? 0) == 0 ? nil : "\((count ?? 0).grouped) \(word)"
            }
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }
}
