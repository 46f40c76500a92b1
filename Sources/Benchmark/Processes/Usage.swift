import Foundation

/// What the operating system says a process took.
struct Usage: Codable {
    /// From its start to its end, seconds.
    let wall: Double
    /// In the program and in the system for it, seconds, on all cores.
    let cpu: Double
    /// The most memory it held at a time, bytes. That of a child of this process is never less than
    /// this process's own, for a child is a copy of its parent before it becomes another program.
    var peakMemory: Int
    /// What all other processes took meanwhile, seconds on all cores; they may have slowed it down.
    var othersCPU = 0.0

    init(wall: Duration, _ usage: rusage) {
        self.wall = wall / .seconds(1)
        cpu = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        peakMemory = usage.ru_maxrss * 1_024
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
}
