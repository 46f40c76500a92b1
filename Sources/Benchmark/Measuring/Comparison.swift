import Foundation

/// Everything that is compared, in rounds: each round measures all of it in turn, so that what
/// changes on the machine in the meantime meets all alike.
struct Comparison {
    let workshop: Workshop
    let users: Int
    let rounds: Int
    let console = Console()
    private(set) var rows = Subject.allCases.map { Row($0) }
    /// Repositories that Tenantkeep wrote, all of them to be checked.
    private(set) var written: [String] = []

    var scratch: Scratch { workshop.scratch }
    var pages: String { scratch.path("pages") }
    var changedPages: String { scratch.path("changed-pages") }

    init(_ workshop: Workshop, users: Int, rounds: Int) {
        self.workshop = workshop
        self.users = users
        self.rounds = rounds
    }

    /// Makes the pages and git's streams. Not measured.
    func prepare() throws -> Stream.Content {
        console.say("Recording \(users) users over HTTP")
        try workshop.run(
            [workshop.programs.benchmark, "record", "--users", "\(users)", "--pages", pages])
        try workshop.run(
            [workshop.programs.benchmark, "change", "--pages", pages, "--into", changedPages])
        console.say("Writing the streams for git fast-import")
        let content = try workshop.run([
            workshop.programs.benchmark, "stream", "--pages", pages,
            "--whole", wholeStream, "--blobs", blobStream,
        ]).decoded(Stream.Content.self)
        guard content.objects == users else {
            throw Failed("\(content.objects) of \(users) users were recorded.")
        }
        return content
    }

    mutating func measure() async throws {
        for round in 1...rounds {
            try measureTenantkeep(round)
            try await measureOverHTTP(round)
            try measureGit(round)
        }
    }

    mutating func add(_ sample: Sample, to subject: Subject, round: Int) {
        for index in rows.indices where rows[index].subject == subject { rows[index].add(sample) }
        let seconds = String(format: "%.2f s", sample.usage.wall)
        console.say("Round \(round) of \(rounds): \(subject.title): \(seconds)")
    }

    mutating func noteWritten(_ repository: String) { written.append(repository) }

    // Where the streams are.
    var wholeStream: String { scratch.path("whole.stream") }
    var blobStream: String { scratch.path("blobs.stream") }
}

/// Says on standard error how far the benchmark is; its results go to standard output.
struct Console: Sendable {
    func say(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
}

extension Finished {
    /// Reads what the program printed as JSON.
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(try text().utf8))
    }
}
