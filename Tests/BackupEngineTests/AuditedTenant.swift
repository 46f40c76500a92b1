import FoundationEssentials
import GraphCatalog
import Synchronization

/// A recorded tenant with an audit log, which answers by the window it is asked for.
final class AuditedTenant: GraphSource {
    enum Behaviour: Sendable {
        case answers
        case fails(GraphError.Kind)
        /// Of a window longer than so many hours the second page's token is dead.
        case forgets(afterHours: Double)
        /// Fails wherever an event with this ID would be on the page.
        case chokes(on: String, GraphError.Kind)
        /// Ends in the middle of the event with this ID.
        case cuts(at: String)
        /// Never answers.
        case hangs
    }

    private struct State {
        var events: [Event] = []
        var behaviour = Behaviour.answers
        var filters: [String] = []
        var requests = 0
    }

    let tenant: RecordedTenant
    private let state = Mutex(State())

    init(_ answers: [String: RecordedTenant.Answer]) {
        tenant = RecordedTenant(answers)
    }

    func set(_ path: String, _ answers: RecordedTenant.Answer) { tenant.set(path, answers) }

    func log(_ events: Event...) { state.withLock { $0.events += events } }

    func log(_ events: [Event]) { state.withLock { $0.events += events } }

    func behave(_ behaviour: Behaviour) { state.withLock { $0.behaviour = behaviour } }

    /// Pages of the audit log that were asked for so far.
    var auditRequests: Int { state.withLock { $0.requests } }

    /// `$filter`s of the audit log's first pages so far.
    var filters: [String] { state.withLock { $0.filters } }

    func page(
        _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(GraphError) -> GraphPage {
        guard target.request.path == "auditLogs/directoryAudits" else {
            return try await tenant.page(target, found: found)
        }
        let filter = target.request.query.first { $0.name == "$filter" }?.value ?? ""
        let (events, behaviour) = state.withLock { state in
            if case .first = target { state.filters.append(filter) }
            state.requests += 1
            return (state.events, state.behaviour)
        }
        let words = filter.split(separator: " ")
        guard let from = date(words[2]), let to = date(words[6]) else {
            throw GraphError(.other, "The filter is wrong: \(filter)")
        }
        let inside = events.filter { $0.time >= from && $0.time <= to }.sorted { $0.time > $1.time }
        return try await answer(
            target, inside, behaviour, hours: to.timeIntervalSince(from) / 3_600)
    }

    /// Two events a page.
    private func answer(
        _ target: GraphTarget, _ events: [Event], _ behaviour: Behaviour, hours: Double
    ) async throws(GraphError) -> GraphPage {
        var first = 0
        if case .next(let link, _) = target { first = Int(link.text) ?? 0 }
        switch behaviour {
        case .answers: break
        case .fails(let kind): throw GraphError(kind, "The recording says \(kind)", requests: 1)
        case .forgets(let limit) where first > 0 && hours > limit:
            throw GraphError(.pageTokenExpired, "Token not found", requests: 1)
        case .forgets: break
        case .chokes(let id, let kind):
            if events.dropFirst(first).prefix(2).contains(where: { $0.id == id }) {
                throw GraphError(kind, "The recording says \(kind)", requests: 1)
            }
        case .cuts: break
        case .hangs:
            while !Task.isCancelled { await Task.yield() }
            throw GraphError(.other, "was cancelled")
        }
        var part = events.dropFirst(first).prefix(2).map(\.json).joined(separator: ",")
        if case .cuts(let id) = behaviour, let cut = part.firstRange(of: "\"id\":\"\(id)\"") {
            part = String(part[..<cut.lowerBound])
        }
        let next = first + 2 < events.count ? GraphLink("\(first + 2)") : nil
        return GraphPage(body: Array("{\"value\":[\(part)]}".utf8), next: next)
    }

    func batch(
        _ requests: [GraphRequest]
    ) async throws(GraphError) -> [Result<GraphPage, GraphError>] {
        try await tenant.batch(requests)
    }

    private func date(_ text: Substring) -> Date? { try? Date(String(text), strategy: .iso8601) }
}

/// One event of the log.
struct Event: Sendable {
    let id: String
    let time: Date
    let json: String

    /// - Parameters:
    ///   - by: a person, or an application if it has no address.
    ///   - properties: what the event says was changed, without its values.
    init(
        _ id: String, _ activity: String = "Update user", at time: Date,
        by actor: (id: String, name: String, email: String?)?, on targets: String...,
        result: String = "success", changing properties: [String] = []
    ) {
        self.init(
            id, activity, at: time, by: actor, on: targets, result: result, changing: properties)
    }

    init(
        _ id: String, _ activity: String = "Update user", at time: Date,
        by actor: (id: String, name: String, email: String?)?, on targets: [String],
        result: String = "success", changing properties: [String] = []
    ) {
        self.id = id
        self.time = time
        var initiator = #""user":null,"app":null"#
        if let actor, let email = actor.email {
            initiator =
                #""user":{"id":"\#(actor.id)","displayName":"\#(actor.name)","userPrincipalName":"\#(email)"},"app":null"#
        } else if let actor {
            initiator =
                #""user":null,"app":{"appId":null,"displayName":"\#(actor.name)","servicePrincipalId":"\#(actor.id)"}"#
        }
        let modified = properties.map {
            #"{"displayName":"\#($0)","oldValue":null,"newValue":null}"#
        }.joined(separator: ",")
        let named = targets.map {
            #"{"id":"\#($0)","displayName":null,"type":"User","modifiedProperties":[\#(modified)]}"#
        }.joined(separator: ",")
        let operation = ["Add", "Delete"].first(where: activity.hasPrefix) ?? "Update"
        json = """
            {"id":"\(id)","category":"UserManagement","correlationId":"c-\(id)","result":"\(result)",
            "activityDisplayName":"\(activity)","activityDateTime":"\(time.formatted(.iso8601))",
            "loggedByService":"Core Directory","operationType":"\(operation)","initiatedBy":{\(initiator)},
            "targetResources":[\(named)],
            "additionalDetails":[]}
            """
    }
}
