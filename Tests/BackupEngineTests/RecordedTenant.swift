import GraphCatalog
import Synchronization
import TestSupport

/// A tenant that exists only as answers: pages by the path they are asked for.
final class RecordedTenant: GraphSource {
    enum Answer: Sendable {
        /// Items of a collection, in pages.
        case pages([[String]])
        /// One object.
        case object(String)
        case failure(GraphError.Kind)
        /// Pages that end in a failure.
        case broken([[String]], GraphError.Kind)
        /// Pages whose last links back to the first.
        case circle([[String]])
    }

    private struct State {
        var answers: [String: [Answer]] = [:]
        var asked: [String] = []
        var users: [Int] = []
        var permissions: Set<String>?
        /// What each reading is answered from; links name a reading and a page.
        var readings: [Answer] = []
    }

    private let state: Mutex<State>

    init(_ answers: [String: Answer]) {
        state = Mutex(State(answers: answers.mapValues { [$0] }))
    }

    /// Sets the answers to a path, one for each reading from now on; the last stays.
    func set(_ path: String, _ answers: Answer...) {
        state.withLock { $0.answers[path] = answers }
    }

    /// How many users it was told to have, each time.
    var users: [Int] { state.withLock { $0.users } }

    func expect(users: Int) async { state.withLock { $0.users.append(users) } }

    func grant(_ permissions: String...) {
        state.withLock { $0.permissions = Set(permissions) }
    }

    func permissions() async throws(GraphError) -> Set<String>? {
        state.withLock { $0.permissions }
    }

    /// First pages asked for so far.
    var asked: [String] { state.withLock { $0.asked } }

    private func begin(_ path: String) -> (Int, Answer) {
        state.withLock { state in
            state.asked.append(path)
            let answers = state.answers[path] ?? [.failure(.notFound)]
            if answers.count > 1 { state.answers[path] = Array(answers.dropFirst()) }
            state.readings.append(answers[0])
            return (state.readings.count - 1, answers[0])
        }
    }

    func page(
        _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(GraphError) -> GraphPage {
        switch target {
        case .first(let request):
            let member = Self.separateMember(of: request)
            let path = request.path + (member.map { "?\($0)" } ?? "")
            // A tenant that says nothing of such members does not have them.
            guard member == nil || state.withLock({ $0.answers[path] != nil }) else {
                throw GraphError(.notAvailable, "The recording does not have \(path)")
            }
            let (reading, answer) = begin(path)
            return try page(0, reading, answer, found)
        case .next(let link, _):
            let numbers = link.text.split(separator: "#").dropFirst().compactMap { Int($0) }
            let answer = state.withLock { $0.readings[numbers[0]] }
            return try page(numbers[1], numbers[0], answer, found)
        }
    }

    /// The member that a request asks for with nothing else: `manager` of `users?manager`.
    private static func separateMember(of request: GraphRequest) -> String? {
        let select = request.query.first { $0.name == "$select" }?.value.split(separator: ",")
        let names = (select ?? []).dropFirst().map(String.init)
        switch (select?.first, names.count) {
        case ("id", 0): return request.query.first { $0.name == "$expand" }?.value
        case ("id", 1): return names[0]
        default: return nil
        }
    }

    private func page(
        _ number: Int, _ reading: Int, _ answer: Answer, _ found: (GraphLink) -> Void
    ) throws(GraphError) -> GraphPage {
        let pages: [[String]]
        var next = number + 1
        var isLast = false
        switch answer {
        case .object(let text): return GraphPage(body: Array(text.utf8))
        case .failure(let kind): throw GraphError(kind, "The recording says \(kind)", requests: 1)
        case .pages(let all): pages = all
        case .broken(let all, let kind):
            pages = all
            guard number < all.count else { throw GraphError(kind, "The recording says \(kind)") }
        case .circle(let all):
            pages = all
            if next == all.count { next = 1 }
        }
        switch answer {
        case .pages(let all): isLast = next >= all.count
        default: break
        }
        let link = isLast ? nil : GraphLink("https://graph.example/#\(reading)#\(next)")
        if let link { found(link) }
        let items = (pages.isEmpty ? [] : pages[number]).joined(separator: ",")
        return GraphPage(body: Array("{\"value\":[\(items)]}".utf8), next: link)
    }

    func batch(
        _ requests: [GraphRequest]
    ) async throws(GraphError) -> [Result<GraphPage, GraphError>] {
        await pages(oneByOne: requests)
    }
}
