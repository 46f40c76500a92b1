import Foundation
import Rehearsal
import TenantSimulator

/// The repository of a tenant that was backed up every day, until yesterday.
///
/// Every day somebody changes a named location, and on some days, the last among them, users change.
/// Only on those all users are read, which would take an hour otherwise.
struct LongHistory {
    let repository: String
    /// A file with all that has happened to the tenant and is in the repository.
    let past: String
    /// A file with what has happened since.
    let today: String
    /// Users that have changed since.
    let changes: Int

    static let days = 1_000
    private static let daysBetweenUsers = 40
    private static let locations = 20
    private static let people = 5

    /// Lives the days.
    init(_ workshop: Workshop, users: Int, changes: Int) async throws {
        repository = workshop.scratch.path("history.git")
        past = workshop.scratch.path("past.json")
        today = workshop.scratch.path("today.json")
        self.changes = changes
        let clock = SharedClock(
            Timestamp(seconds: Date.now.timeIntervalSince1970 - Double(Self.days) * 86_400))
        var settings = TenantSimulator.Settings()
        settings.keepsRequests = false
        let configuration = SimulatedTenant.Configuration(
            .generated(GeneratedTenant(users: users)), settings: settings, clock: clock)
        let repository = repository
        let (lived, new) = try await withSimulatedTenant(configuration) { tenant in
            var days = Days(tenant, clock, changes: changes)
            let few = try Rehearsal(of: tenant, clock, in: repository, types: [Days.small])
            let all = try Rehearsal(
                of: tenant, clock, in: repository, types: [Days.small, "users"])
            try days.begin(locations: Self.locations)
            try await all.backUp()
            days.users = try workshop.git(repository, "ls-tree", "--name-only", "main:Users")
                .split(separator: "\n").map(String.init)
            for day in 1..<Self.days {
                try Interruption.check()
                let hasUsers = (day + 1) % Self.daysBetweenUsers == 0
                try days.live(hasUsers: hasUsers)
                try await (hasUsers ? all : few).backUp()
                if day % 250 == 0 { Console().say("Lived \(day) days") }
            }
            return (days.past, days.today)
        }
        try writeFile(Array(lived.utf8), to: past)
        try writeFile(Array(new.utf8), to: today)
    }

    /// What changes, day by day, as scenarios say it.
    private struct Days {
        static let small = "namedLocations"
        private static let path = "identity/conditionalAccess/namedLocations"

        let tenant: SimulatedTenant
        let clock: SharedClock
        let changes: Int
        /// Their IDs.
        var users: [String] = []
        private var day = 0
        private var played: [String] = []

        init(_ tenant: SimulatedTenant, _ clock: SharedClock, changes: Int) {
            self.tenant = tenant
            self.clock = clock
            self.changes = changes
        }

        mutating func begin(locations: Int) throws {
            try play(
                (0..<locations).map { number in
                    """
                    "create":"\(Self.path)","object":{"id":"\(Self.location(number))",\
                    "@odata.type":"#microsoft.graph.countryNamedLocation",\
                    "displayName":"Place \(number)","countriesAndRegions":["NL"]}
                    """
                })
        }

        /// Lives until the next backup.
        mutating func live(hasUsers: Bool) throws {
            day += 1
            clock.advance(by: 43_200)
            let location = """
                "update":"\(Self.path)/\(Self.location(day % LongHistory.locations))",\
                "with":{"displayName":"Place of day \(day)"}
                """
            try play([location] + (hasUsers ? moves(day) : []))
            clock.advance(by: 43_200)
        }

        private mutating func play(_ deeds: [String]) throws {
            let time = clock.now.iso()
            let changes = deeds.enumerated().map { change($1, by: $0, at: time) }
            played += changes
            try tenant.play(Scenario(parsing: scenario(changes)))
        }

        private static func location(_ number: Int) -> String {
            "10ca7105-0000-4000-8000-\(String(format: "%012d", number))"
        }

        /// Other jobs for some users from all over the tree.
        private func moves(_ day: Int) -> [String] {
            (0..<changes).map { number in
                let user = users[(number * (users.count / changes) + day * 131) % users.count]
                return """
                    "update":"users/\(user)",\
                    "with":{"jobTitle":"Principal \(day)","officeLocation":"\(number)/\(day)"}
                    """
            }
        }

        /// Who does it: people in turn, once it is known who is there.
        private func change(_ deed: String, by number: Int, at time: String) -> String {
            let actor = users.isEmpty ? "" : #""actor":"\#(number % LongHistory.people)","#
            return #"{"at":"\#(time)",\#(actor)\#(deed)}"#
        }

        private func scenario(_ changes: [String]) -> String {
            let actors = users.prefix(LongHistory.people).enumerated().map {
                #""\#($0)":{"user":"\#($1)"}"#
            }.joined(separator: ",")
            return #"{"actors":{\#(actors)},"changes":[\#(changes.joined(separator: ",\n"))]}"#
        }

        var past: String { scenario(played) }

        /// Ten minutes before it is played.
        var today: String {
            scenario(moves(day + 1).enumerated().map { change($1, by: $0, at: "-10m") })
        }
    }
}
