import BackupEngine

extension Notice {
    /// What there is to tell about a backup that ended with `failure`; nothing if somebody ended it.
    static func about(_ failure: CommandFailure, of repository: String) -> [Notice] {
        guard !failure.status.isInterruption else { return [] }
        return [
            Notice(
                occasion: .failure, title: "The backup of \(repository) failed",
                lines: [failure.sentence] + [failure.hint].compactMap(\.self),
                status: failure.status, repository: repository)
        ]
    }

    /// What there is to tell about a backup that was made.
    static func about(_ report: BackupReport) -> [Notice] {
        guard !report.isDryRun else { return [] }
        let (record, repository) = (report.record, report.repository)
        func notice(
            _ occasion: Notifications.Occasion, _ title: String, _ lines: [String]
        ) -> Notice {
            Notice(
                occasion: occasion, title: title, lines: lines, status: report.status,
                repository: repository, tenant: record.tenant, tag: record.tag)
        }
        var notices: [Notice] = []
        if record.tag != nil {
            notices.append(
                notice(.change, "The backup of \(repository) has changes", report.changedTypes))
        }
        switch report.status {
        case .done: notices.append(notice(.success, "The backup of \(repository) is done", []))
        case .incomplete:
            notices.append(
                notice(
                    .incomplete, "The backup of \(repository) is incomplete", report.shortfalls))
        case .failed:
            notices.append(
                notice(
                    .failure, "The backup of \(repository) is made, but may not be on the disk",
                    [report.unsynced].compactMap(\.self) + report.pushFailure + report.shortfalls))
        default:
            notices.append(
                notice(
                    .failure, "The backup of \(repository) is made, but not pushed",
                    report.pushFailure + report.shortfalls))
        }
        return notices
    }
}
