import Foundation

/// How long the machine's processors have worked since it was started, for whomever.
enum ProcessorTime {
    /// Seconds, all cores together; what a hypervisor gave to others included.
    ///
    /// The first line of `/proc/stat` counts ticks by what they were for; the fourth and fifth
    /// figures are idleness. See proc(5).
    static func busy() throws -> Double {
        let text = try String(contentsOfFile: "/proc/stat", encoding: .utf8)
        let ticks = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().prefix(8)
            .compactMap { Double($0) }
        guard ticks.count == 8 else { throw Failed("Could not read the processors' times.") }
        let idle = ticks[3] + ticks[4]
        return (ticks.reduce(0, +) - idle) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
