import BackupEngine
import Synchronization
import Testing

@testable import BackupCommand

struct ProgressTests {
    private func progress(_ events: [(BackupEvent, Duration)]) -> Progress {
        var progress = Progress()
        for (event, time) in events { progress.take(event, at: time) }
        return progress
    }

    @Test func `with the last count there is a bar, a rate and the time that remains`() {
        let progress = progress([
            (.began(type: "users", previous: 100_000), .seconds(2)),
            (.read(type: "users", objects: 41_200), .seconds(10)),
        ])

        #expect(
            progress.line(at: .seconds(12), width: 100)
                == "[========>           ]  41% 41,200 objects, 4,120/s, 15 s left, users")
    }

    @Test func `without it there is only what is known`() {
        let progress = progress([
            (.began(type: "users", previous: 10), .zero),
            (.began(type: "groups", previous: nil), .zero),
            (.began(type: "devices", previous: 10), .zero),
            (.read(type: "users", objects: 5), .seconds(1)),
        ])

        #expect(
            progress.line(at: .seconds(1), width: 100) == "5 objects, 5/s, devices and 2 more")
    }

    @Test func `more objects than last time never make more than the whole`() {
        let progress = progress([
            (.began(type: "users", previous: 10), .zero),
            (.read(type: "users", objects: 25), .seconds(1)),
        ])

        #expect(
            progress.line(at: .seconds(1), width: 100)
                == "[====================] 100% 25 objects, 25/s, users")
    }

    @Test func `a type that ended counts what it has and not what it had`() {
        let progress = progress([
            (.began(type: "users", previous: 1000), .zero),
            (.read(type: "users", objects: 100), .zero),
            (.ended(type: "users", TypeRecord(.complete, objects: 100)), .zero),
            (.began(type: "groups", previous: 100), .zero),
        ])

        #expect(progress.line(at: .zero, width: 40) == "[==========>         ]  50% 100 objects,")
    }

    @Test(arguments: [0, 1, 20, 40])
    func `a line is never wider than the terminal`(width: Int) {
        let progress = progress([(.began(type: "users", previous: 100_000), .zero)])

        #expect(progress.line(at: .seconds(9), width: width).count <= width)
    }

    @Test func `each stage has its words`() {
        var progress = Progress()

        #expect(progress.line(at: .zero, width: 80) == "Signing in")
        progress.take(.began(type: "users", previous: nil), at: .zero)
        progress.take(.read(type: "users", objects: 1), at: .zero)
        #expect(progress.plainLine(at: .zero) == "Reading: 1 object, users.")
        progress.take(.comparing, at: .zero)
        #expect(progress.plainLine(at: .zero) == "Comparing 1 object with the last backup.")
        progress.take(.publishing, at: .zero)
        #expect(progress.line(at: .zero, width: 80) == "Publishing")
    }
}

struct ProgressReporterTests {
    private let recorder = Recorder()

    private func reporter(_ form: ConsoleStyle.ProgressForm, _ clock: TestTime) -> ProgressReporter
    {
        var style = ConsoleStyle()
        style.progress = form
        return ProgressReporter(on: recorder.console(style), elapsed: { clock.now })
    }

    @Test func `a terminal is drawn to ten times a second at most`() async {
        let clock = TestTime()
        let reporter = reporter(.line, clock)

        for step in 0..<1000 {
            clock.set(.milliseconds(step))
            await reporter.take(.read(type: "users", objects: step))
        }

        #expect(recorder.messages.split(separator: "\r").count == 10)
    }

    @Test func `a log gets a line for each stage and one every half minute`() async {
        let clock = TestTime()
        let reporter = reporter(.plain, clock)

        await reporter.take(.began(type: "users", previous: nil))
        for second in 0..<65 {
            clock.set(.seconds(second))
            await reporter.take(.read(type: "users", objects: second * 10))
        }
        await reporter.take(.comparing)
        await reporter.take(.publishing)

        #expect(
            recorder.messages == """
                Reading: 300 objects, 10/s, users.
                Reading: 600 objects, 10/s, users.
                Comparing 640 objects with the last backup.
                Publishing.

                """)
    }

    @Test func `no progress is no output`() async {
        let reporter = reporter(.none, TestTime())

        await reporter.take(.began(type: "users", previous: nil))
        await reporter.take(.publishing)

        #expect(recorder.messages.isEmpty)
    }
}

/// A time that a test sets. Read from the reporter's actor, hence a lock.
private final class TestTime: Sendable {
    private let value = Mutex(Duration.zero)

    var now: Duration { value.withLock { $0 } }

    func set(_ time: Duration) { value.withLock { $0 = time } }
}

struct WordingTests {
    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000"),
    ])
    func `thousands are grouped`(number: Int, text: String) {
        #expect(number.grouped == text)
    }

    @Test(arguments: [
        (Duration.milliseconds(40), "0.0 s"), (.milliseconds(9240), "9.2 s"),
        (.seconds(10), "10 s"),
        (.seconds(119), "119 s"), (.seconds(120), "2 min"), (.seconds(3599), "1 h"),
        (.seconds(3900), "1 h 5 min"),
    ])
    func `a duration is as exact as a person needs it`(duration: Duration, text: String) {
        #expect(duration.wording == text)
    }

    @Test func `what remains is whole seconds`() {
        #expect(Duration.milliseconds(3400).wording(tenths: false) == "3 s")
    }

    @Test func `columns are as wide as their widest cell`() {
        #expect(columns([["a", "bb", "c"], ["aaa", "b", ""]]) == ["a    bb  c", "aaa  b   "])
    }
}
