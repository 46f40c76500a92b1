import Foundation

/// Whether one target was reached.
struct Verdict: Codable {
    let target: String
    let figure: String
    let isReached: Bool

    var line: String { "\(isReached ? "reached" : "missed ")  \(target): \(figure)" }

    /// - Parameter digits: of the figure, after the point.
    init(
        _ target: String, _ figure: Double, _ unit: String, digits: Int = 2, _ isReached: Bool
    ) {
        self.init(target, String(format: "%.\(digits)f\(unit)", figure), isReached)
    }

    init(_ target: String, _ figure: String, _ isReached: Bool) {
        self.target = target
        self.figure = figure
        self.isReached = isReached
    }
}

extension Results {
    /// Every target with what was measured.
    ///
    /// Targets of memory and bytes are for 100,000 users; times are compared with each other and
    /// hold for any number.
    func judged() -> [Verdict] {
        firstBackupVerdicts + laterVerdicts + (throttled?.verdicts ?? [])
            + (authors?.verdicts ?? []) + (remotes?.verdicts ?? [])
            + (week?.verdicts ?? []) + (large.map(verdicts) ?? [])
    }

    private var firstBackupVerdicts: [Verdict] {
        [
            faster(.firstBackup, than: .fastImport, by: 35),
            faster(.firstBackup, than: .gitAdd, by: 20),
            faster(.firstBackup, than: .blobsAlone, by: 4),
            smaller(.firstBackup, than: .fastImport),
            below("the first backup's peak memory", self[.firstBackup].peakMemory, megabytes: 120),
            within(.overHTTP, 1.6, of: .firstBackup),
        ]
    }

    private var laterVerdicts: [Verdict] {
        [
            faster(.unchanged, than: .fastImport, by: 60),
            onlyTheRecord(self[.unchanged]),
            commitsByAuthor,
            smallIncrement,
            within(.onePercent, 1.5, of: .unchanged),
        ]
    }

    private func verdicts(_ run: LargeRun) -> [Verdict] {
        let proportion = run.usage.wall / (self[.firstBackup].wall * Double(LargeRun.factor))
        return [
            below("\(run.users) users, peak memory", run.usage.peakMemory, megabytes: 512),
            Verdict(
                "\(run.users) users within 20 % of \(LargeRun.factor) first backups", proportion,
                " ×", proportion <= 1.2),
        ]
    }

    // MARK: Kinds of target

    private func faster(_ one: Subject, than other: Subject, by factor: Double) -> Verdict {
        let found = self[other].wall / self[one].wall
        return Verdict(
            "\(one.name) at least \(Int(factor)) times faster than \(other.name)", found, " times",
            digits: 1, found >= factor)
    }

    private func smaller(_ one: Subject, than other: Subject) -> Verdict {
        let found = self[one].repositoryBytes / self[other].repositoryBytes
        return Verdict(
            "\(one.name)'s repository not larger than that of \(other.name)", found, " ×",
            digits: 3,
            found <= 1)
    }

    private func within(_ one: Subject, _ factor: Double, of other: Subject) -> Verdict {
        let found = self[one].wall / self[other].wall
        return Verdict(
            "\(one.name) at most \(factor) times as long as \(other.name)", found, " times",
            found <= factor)
    }

    private func below(_ name: String, _ bytes: Int, megabytes: Int) -> Verdict {
        Verdict(
            "\(name) below \(megabytes) MB", Double(bytes) / 1e6, " MB", digits: 1,
            bytes < megabytes * 1_000_000)
    }

    private func onlyTheRecord(_ row: Row) -> Verdict {
        let record = ["commit": 1, "tree": 1, "blob": 1]
        let found = row.samples.compactMap(\.newObjects)
        let worst = found.first { $0 != record } ?? record
        let text = worst.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return Verdict(
            "the unchanged run writes no object but the run's record", text.joined(separator: ", "),
            found.count == row.samples.count && worst == record)
    }

    private var commitsByAuthor: Verdict {
        let found = Set(self[.onePercent].samples.map { $0.newCommits ?? 0 }).sorted()
        return Verdict(
            "1 % changed makes a commit for each of \(Comparison.authors) authors",
            found.map(String.init).joined(separator: ", "), found == [Comparison.authors])
    }

    private var smallIncrement: Verdict {
        let beside = self[.onePercent].median {
            Double(($0.bytesAdded ?? 0) - ($0.largestTree ?? 0))
        }
        let added = self[.onePercent].median { Double($0.bytesAdded ?? 0) }
        return Verdict(
            "1 % changed adds less than 3 MB beside the one whole tree",
            String(format: "%.2f MB of %.2f MB", beside / 1e6, added / 1e6), beside < 3e6)
    }
}
