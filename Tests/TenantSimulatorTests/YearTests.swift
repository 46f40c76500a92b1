import Testing

@testable import TenantSimulator

struct YearTests {
    /// Lives a year in the made-up company, and returns what was done and what became of it.
    private func live(
        _ year: Year, in tenant: String = "contoso"
    ) async throws -> (deeds: [Year.Deed], after: Tenant) {
        try await withTenant(tenant) { client in
            var deeds: [Year.Deed] = []
            for day in 0..<year.days { deeds += try client.tenant.live(year, day: day) }
            return (deeds, client.tenant.simulation.change { $0.tenant })
        }
    }

    @Test func `a seed makes the same year again and another seed another`() async throws {
        var year = Year(seed: 4)
        year.days = 60
        year.changes = 200

        let first = try await live(year)
        let again = try await live(year)
        year.seed = 5
        let other = try await live(year)

        #expect(first.deeds == again.deeds)
        #expect(first.after.stored == again.after.stored)
        #expect(first.after.singletons == again.after.singletons)
        #expect(first.deeds != other.deeds)
    }

    @Test func `a year has every kind of change, by everybody, and each is logged`() async throws {
        let year = Year()

        let (deeds, after) = try await live(year)

        #expect(deeds.count > 600)
        let kinds = Set(deeds.map(\.kind))
        #expect(kinds == Set(Year.Deed.Kind.allCases))
        let actors = Set(deeds.map(\.actor))
        #expect(actors.count == year.people + year.applications)
        let places = Set(deeds.compactMap { $0.path.split(separator: "/").first })
        #expect(places.count >= 7)
        #expect(deeds.allSatisfy { $0.isLogged })
        let times = deeds.map(\.time)
        #expect(times == times.sorted())
        let last = try #require(times.last)
        #expect(last - times[0] > 300 * 86_400)
        #expect(after.events.count >= deeds.count)
    }

    @Test func `a large company lives through thousands of changes to all it has`() async throws {
        var year = Year(seed: 9)
        year.changes = 5000
        year.people = 40
        year.applications = 10
        year.paths = nil
        year.habits = Year.Habits(twins: 0.05, gaps: 0.05, delays: 0.1, nulls: 0.05)

        let (deeds, after) = try await live(year)

        #expect(deeds.count > 4500)
        let actors = Set(deeds.map(\.actor))
        #expect(actors.count == 51 && actors.contains("Azure AD PIM"))
        let types = Set(
            deeds.map { deed in
                deed.path.split(separator: "/").filter { $0.count < 36 }.joined(separator: "/")
            })
        #expect(types.count > 60)
        let unlogged = deeds.count { !$0.isLogged }
        #expect((200...800).contains(unlogged))
        let late = after.events.count { $0.visibleFrom > $0.time }
        let nobodys = after.events.count { event in
            event.json.at(["initiatedBy", "user"]) == .null
                && event.json.at(["initiatedBy", "app"]) == .null
        }
        #expect(late > 100 && nobodys > 50)
        let twins = zip(deeds, deeds.dropFirst()).count { first, second in
            first.path == second.path && first.actor != second.actor
                && second.time - first.time < 60
        }
        #expect(twins > 50)
    }
}
