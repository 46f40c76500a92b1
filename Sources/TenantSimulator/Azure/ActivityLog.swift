/// One read of the Activity Log: which events are asked for, and how much of each is shown.
///
/// <https://learn.microsoft.com/rest/api/monitor/activity-logs/list>
struct ActivityLog {
    private var from: Timestamp?
    private var to: Timestamp?
    /// A field and the value it must have; at most one besides the time.
    private var condition: (field: String, value: String)?
    private let fields: Set<String>?

    /// The log forgets what is older, and refuses to be asked for it.
    static let days = 90.0

    private static let known: Set<String> = [
        "authorization", "caller", "claims", "correlationId", "description", "eventDataId",
        "eventName", "eventTimestamp", "httpRequest", "level", "operationId", "operationName",
        "properties", "resourceGroupName", "resourceProviderName", "resourceId", "status",
        "submissionTimestamp", "subStatus", "subscriptionId",
    ]

    /// - Throws: 400 without a time to begin with, and for whatever else the grammar does not have.
    init(_ query: String, now: Timestamp) throws(AzureFailure) {
        let options = formFields(query)
        func option(_ name: String) -> String? {
            options.first { $0.name.lowercased() == name }?.value
        }
        let chosen = option("$select").map { text in
            Set(text.split(separator: ",").map { $0.trimmed })
        }
        if let name = chosen?.subtracting(Self.known).min() {
            throw Self.refused("The field '\(name)' of $select is not known.")
        }
        fields = chosen
        guard let filter = option("$filter"), !filter.isEmpty else {
            throw Self.refused("The $filter query parameter is required.")
        }
        for term in filter.split(separator: " and ") { try take(String(term.trimmed)) }
        guard let from else {
            throw Self.refused("The $filter must have a start time: eventTimestamp ge '…'.")
        }
        guard now - from <= Self.days * 86_400 else {
            throw Self.refused("The start time cannot be more than 90 days in the past.")
        }
        guard from <= to ?? now else {
            throw Self.refused("The start time cannot be after the end time.")
        }
    }

    private mutating func take(_ term: String) throws(AzureFailure) {
        let words = term.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count == 3, words[2].count > 2, words[2].hasPrefix("'"), words[2].hasSuffix("'")
        else { throw Self.refused("The filter '\(term)' is not supported.") }
        let value = String(words[2].dropFirst().dropLast())
        switch (words[0], words[1]) {
        case ("eventTimestamp", "ge") where from == nil: from = try Self.time(value)
        case ("eventTimestamp", "le") where to == nil: to = try Self.time(value)
        case ("resourceGroupName", "eq"), ("resourceUri", "eq"), ("resourceProvider", "eq"),
            ("correlationId", "eq"):
            guard condition == nil else {
                throw Self.refused("The filter '\(term)' cannot be added to another one.")
            }
            condition = (words[0], value.lowercased())
        default: throw Self.refused("The filter '\(term)' is not supported.")
        }
    }

    private static func time(_ text: String) throws(AzureFailure) -> Timestamp {
        guard let time = Timestamp(text) else { throw refused("'\(text)' is no time.") }
        return time
    }

    private static func refused(_ message: String) -> AzureFailure {
        AzureFailure(400, "BadRequest", message)
    }

    /// Returns the events of a subscription, or of the tenant: what belongs to no subscription.
    func rows(of events: [JSON], in subscription: String?) -> [JSON] {
        events.filter { event in
            guard event["subscriptionId"]?.string?.lowercased() == subscription,
                let time = event["eventTimestamp"]?.string.flatMap({ Timestamp($0) })
            else { return false }
            return from.map { time >= $0 } ?? true && to.map { time <= $0 } ?? true
                && condition.map { Self.fits(event, $0.field, $0.value) } ?? true
        }.map(shown)
    }

    private static func fits(_ event: JSON, _ field: String, _ value: String) -> Bool {
        let found: JSON? =
            switch field {
            case "resourceUri": event["resourceId"]
            case "resourceProvider": event.at(["resourceProviderName", "value"])
            default: event[JSONText(field)]
            }
        return found?.string?.lowercased() == value
    }

    private func shown(_ event: JSON) -> JSON {
        guard let fields, let members = event.members else { return event }
        return .object(members.filter { fields.contains($0.name.string) })
    }
}
