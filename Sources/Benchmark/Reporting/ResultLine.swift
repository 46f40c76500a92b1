/// One line of the table.
struct ResultLine: Codable {
    let title: String
    let rounds: Int
    /// Seconds, the median.
    let wall: Double
    let leastWall: Double
    let mostWall: Double
    /// The wall time as a multiple of the first backup's.
    let times: Double
    /// Seconds on all cores.
    let cpu: Double
    /// Bytes, the most of all rounds.
    let peakMemory: Int
    let repositoryBytes: Double
    let repositoryOnDisk: Double

    /// - Parameter first: the first backup's wall time.
    init(_ row: Row, first: Double) {
        let walls = row.samples.map(\.usage.wall)
        title = row.subject.title
        rounds = walls.count
        wall = row.wall
        leastWall = walls.min() ?? .nan
        mostWall = walls.max() ?? .nan
        times = row.wall / first
        cpu = row.cpu
        peakMemory = row.peakMemory
        repositoryBytes = row.repositoryBytes
        repositoryOnDisk = row.repositoryOnDisk
    }

    init(_ run: LargeRun, first: Double) {
        title = "tenantkeep, first backup of \(run.users) users"
        rounds = 1
        wall = run.usage.wall
        leastWall = wall
        mostWall = wall
        times = wall / first
        cpu = run.usage.cpu
        peakMemory = run.usage.peakMemory
        repositoryBytes = Double(run.repository.bytes)
        repositoryOnDisk = Double(run.repository.onDisk)
    }
}
