import Testing

@testable import BackupCommand

struct ConsoleTests {
    private let recorder = Recorder()

    @Test func `results go to standard output and messages to standard error`() async {
        let console = recorder.console()

        await console.output("result")
        await console.document(["key": "value"])
        await console.say("message")
        await console.say(.warning, "careful.")

        #expect(recorder.output == "result\n{\n  \"key\" : \"value\"\n}\n")
        #expect(recorder.messages == "message\nWarning: careful.\n")
    }

    @Test func `an error is a sentence, and what to do a line of its own`() async {
        await recorder.console().say(
            CommandFailure(
                "Could not read namedLocations", reason: "the app lacks Policy.Read.All",
                hint: "Grant the permission in Entra and consent to it, then run the backup again.")
        )

        #expect(
            recorder.messages == """
                Error: Could not read namedLocations: the app lacks Policy.Read.All.
                Hint: Grant the permission in Entra and consent to it, then run the backup again.

                """)
    }

    @Test func `quiet leaves only errors and results`() async {
        var style = ConsoleStyle()
        style.volume = .quiet
        let console = recorder.console(style)

        await console.say("message")
        await console.detail("detail")
        await console.say(.warning, "careful.")
        await console.say(CommandFailure("Could not do it", hint: "Do this."))
        await console.output("result")

        #expect(recorder.messages == "Error: Could not do it.\nHint: Do this.\n")
        #expect(recorder.output == "result\n")
    }

    @Test func `details are for the curious`() async {
        var style = ConsoleStyle()
        await recorder.console(style).detail("one")
        style.volume = .verbose
        await recorder.console(style).detail("two")

        #expect(recorder.messages == "two\n")
    }

    @Test func `colour is around the word and not in the text`() async {
        var style = ConsoleStyle()
        style.colorsMessages = true
        let console = recorder.console(style)

        await console.say(.error, "\u{1B}[32mgreen\u{1B}[0m")
        await console.output("heading", isHeading: true)

        #expect(recorder.messages == "\u{1B}[31mError:\u{1B}[0m \\u001b[32mgreen\\u001b[0m\n")
        #expect(recorder.output == "heading\n")
    }

    @Test func `whatever is printed over the progress line takes it away first`() async {
        let console = recorder.console()

        await console.draw("10%")
        await console.draw("20%")
        await console.say("message")
        await console.say("another")
        await console.draw("30%")
        await console.output("result")
        await console.clearLine()

        #expect(
            recorder.messages
                == "\r10%\u{1B}[K\r20%\u{1B}[K\r\u{1B}[Kmessage\nanother\n\r30%\u{1B}[K\r\u{1B}[K")
    }

    @Test func `a full disk under standard output is kept for the end`() async {
        let console = Console(ConsoleStyle()) { stream, _ in
            stream == .standardOutput ? "No space left on device" : nil
        }

        await console.say("message")
        #expect(await console.outputFailure == nil)
        await console.output("result")
        #expect(await console.outputFailure == "No space left on device")
    }
}

struct ConsoleStyleTests {
    private func style(
        _ settings: [Setting: [String]] = [:], environment: [String: String] = [:],
        output: Bool = true, messages: Bool = true
    ) throws -> ConsoleStyle {
        try ConsoleStyle(
            flags(settings),
            in: .init(
                environment: environment, isOutputTerminal: output, isMessageTerminal: messages))
    }

    @Test func `a terminal gets colour and a progress line`() throws {
        let style = try style()

        #expect(style.colorsOutput && style.colorsMessages)
        #expect(style.progress == .line)
        #expect(!style.isPipeline)
    }

    @Test func `each output is looked at by itself`() throws {
        let piped = try style(output: false)
        let logged = try style(messages: false)

        #expect(!piped.colorsOutput && piped.colorsMessages && piped.progress == .line)
        #expect(logged.colorsOutput && !logged.colorsMessages && logged.progress == .plain)
    }

    @Test(arguments: [["NO_COLOR": "1"], ["TERM": "dumb"], ["TF_BUILD": "True"]])
    func `the environment takes colour away, and always brings it back`(
        environment: [String: String]
    ) throws {
        let automatic = try style(environment: environment)
        let always = try style([.color: ["always"]], environment: environment, output: false)

        #expect(!automatic.colorsOutput && !automatic.colorsMessages)
        #expect(always.colorsOutput && always.colorsMessages)
    }

    @Test func `an empty NO_COLOR says nothing, and never means never`() throws {
        #expect(try style(environment: ["NO_COLOR": ""]).colorsOutput)
        #expect(try !style([.color: ["never"]]).colorsMessages)
    }

    @Test(arguments: ["TF_BUILD", "GITHUB_ACTIONS"])
    func `an agent is known by its variable`(name: String) throws {
        #expect(try style(environment: [name: "true"]).isPipeline)
        #expect(try !style(environment: [name: ""]).isPipeline)
        #expect(try style(environment: [name: "true"]).progress == .plain)
    }

    @Test func `quiet shows no progress, and excludes verbose`() throws {
        #expect(try style([.quiet: ["true"]]).progress == .none)
        #expect(throws: CommandFailure.self) {
            try style([.quiet: ["true"], .verbose: ["true"]])
        }
        #expect(throws: CommandFailure.self) { try style([.color: ["sometimes"]]) }
    }
}
