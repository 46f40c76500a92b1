import Foundation

/// Backups that end with a push, to a git host with a long history: what it costs to begin with an
/// empty disk.
struct RemoteRun: Codable {
    /// Changed since the host's last run.
    private static let changes = 30

    let users: Int
    let days: Int
    let changes: Int
    /// With the history on the disk.
    private(set) var warm: [Usage] = []
    private(set) var empty: [Usage] = []
    let warmTraffic: Traffic
    let emptyTraffic: Traffic
    let cloneTraffic: Traffic

    init(_ workshop: Workshop, users: Int, rounds: Int) async throws {
        let bench = try await RemoteBench(workshop, users: users, changes: Self.changes)
        self.users = users
        days = LongHistory.days
        changes = Self.changes
        cloneTraffic = try await bench.trafficOfClone()
        warmTraffic = try await bench.traffic(.warm)
        emptyTraffic = try await bench.traffic(.empty)
        for round in 1...rounds {
            warm.append(try await bench.measure(.warm))
            empty.append(try await bench.measure(.empty))
            Console().say(
                String(
                    format: "Round %d of %d: warm disk %.2f s, empty disk %.2f s", round, rounds,
                    warm[round - 1].wall, empty[round - 1].wall))
        }
        try bench.checkHost()
    }

    // MARK: - Telling

    /// A line for each disk, then git's clone.
    var table: MarkdownTable {
        MarkdownTable(
            head: ["\(changes) users changed, and pushed", "wall", "peak memory", "up", "down"],
            rows: [
                cells("from a disk with the history", warm, warmTraffic),
                cells("from an empty disk", empty, emptyTraffic),
                cells("`git clone` of the host", [], cloneTraffic),
            ])
    }

    private func cells(_ title: String, _ usages: [Usage], _ traffic: Traffic) -> [String] {
        let walls = usages.map(\.wall)
        var wall = "–"
        if let least = walls.min(), let most = walls.max() {
            wall = String(format: "%.2f s (%.2f–%.2f)", walls.median, least, most)
        }
        let memory = usages.map(\.peakMemory).max().map { Self.amount($0, "MB", 1e6) } ?? "–"
        return [
            title, wall, memory, Self.amount(traffic.up, "KB", 1e3),
            Self.amount(traffic.down, "KB", 1e3),
        ]
    }

    private static func amount(_ bytes: Int, _ unit: String, _ size: Double) -> String {
        String(format: "%.1f \(unit)", Double(bytes) / size)
    }

    var sentence: String {
        String(
            format: """
                Remotes: the host, git's own behind lighttpd on the same machine, holds %d runs of \
                a tenant of %d users. The run from an empty disk moves %.1f %% of the bytes of a \
                clone.
                """,
            days, users, Double(emptyTraffic.bytes) / Double(cloneTraffic.bytes) * 100)
    }

    var verdicts: [Verdict] {
        let (warmWall, emptyWall) = (warm.map(\.wall).median, empty.map(\.wall).median)
        return [
            Verdict(
                "a backup from an empty disk at most twice as long as from a warm one",
                String(
                    format: "%.2f s and %.2f s, %.2f times", emptyWall, warmWall,
                    emptyWall / warmWall), emptyWall <= warmWall * 2),
            Verdict(
                "pushing \(changes) changed users sends less than 200 KB",
                Double(warmTraffic.up) / 1e3, " KB", digits: 1, warmTraffic.up < 200_000),
        ]
    }
}
