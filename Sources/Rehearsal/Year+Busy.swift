package import TenantSimulator

extension Year {
    /// 5,000 changes to all there is, by 40 people and 10 applications, with a log that has twins,
    /// gaps, delays and nulls.
    package static func busy(seed: UInt64) -> Year {
        var year = Year(seed: seed)
        year.changes = 5000
        year.people = 40
        year.applications = 10
        year.paths = nil
        year.habits = Habits(twins: 0.05, gaps: 0.05, delays: 0.1, nulls: 0.05)
        return year
    }
}
