import Attribution
import Testing

struct MomentTests {
    @Test func `a moment keeps what is below the second`() throws {
        let moment = try #require(Moment("2026-01-22T18:15:02.3875429Z"))

        #expect(moment.ticks == 17_691_057_023_875_429)
        #expect(moment.seconds == 1_769_105_702)
        #expect(Moment("2026-01-22T18:15:02.38754291Z") == moment)
        #expect(try #require(Moment("2026-01-22T18:15:02.4Z")) > moment)
        #expect(try #require(Moment("2026-01-22T18:15:02Z")).ticks == 17_691_057_020_000_000)
    }

    @Test(arguments: [
        "", "2026-01-22", "2026-01-22T18:15:02", "2026-13-22T18:15:02Z", "2026-01-22T18:15:02,1Z",
        "2026-01-22 18:15:02Z", "2026-01-22T18:15:02.x1Z",
    ])
    func `other texts are no moments`(text: String) {
        #expect(Moment(text) == nil)
    }
}
