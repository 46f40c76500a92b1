import Encodings

/// A log in which a service tells who changed what, as the types that it tells of declare it.
///
/// Types whose sources have one name share a log. It is read once a run, for all of them.
package struct AuditSource: Sendable {
    /// What its events look like.
    package enum Form: Sendable {
        /// <https://learn.microsoft.com/graph/api/resources/directoryaudit>
        case directory
        /// <https://learn.microsoft.com/graph/api/resources/intune-auditing-auditevent>
        case intune
        /// <https://learn.microsoft.com/rest/api/monitor/activity-logs/list>
        case azure
    }

    /// The word for it in records and messages.
    package let name: String
    package let form: Form
    package let service: Service
    /// Below the version. `{parent/}` stands for the place of a part, and is empty for the tenant's.
    package let path: String
    /// The member of an event that says when, and what stands around a time in a filter.
    let time: (member: String, quote: String)
    /// The rest of the `$filter`, behind the window.
    package let condition: String
    let top: Int?
    let bucket: ThrottleBucket
    package let permissions: Permissions
    let unavailable: [String]
    /// Lists whose every object has a part of the log for itself, beside the tenant's.
    package let walks: [GraphResource]
    /// The service refuses windows that begin earlier; `nil` if it takes any.
    package let longestDays: Int?
    /// Words, in any case of letters, of which an event must have one in the name of what was done;
    /// with none, every event counts.
    package let activities: [String]
    /// Parts of the same log that tell of nothing but the end of what the objects are in.
    package let ends: [AuditSource]

    init(
        _ name: String, _ form: Form, service: Service = .graph, path: String,
        time: (member: String, quote: String), condition: String = "", top: Int? = nil,
        bucket: ThrottleBucket, permissions: Permissions, unavailable: [String] = [],
        walks: [GraphResource] = [], longestDays: Int? = nil, activities: [String] = [],
        ends: [AuditSource] = []
    ) {
        self.name = name
        self.form = form
        self.service = service
        self.path = path
        self.time = time
        self.condition = condition
        self.top = top
        self.bucket = bucket
        self.permissions = permissions
        self.unavailable = unavailable
        self.walks = walks
        self.longestDays = longestDays
        self.activities = activities
        self.ends = ends
    }

    /// <https://learn.microsoft.com/graph/api/directoryaudit-list>
    package static let directory = AuditSource(
        "Entra", .directory, path: "auditLogs/directoryAudits", time: ("activityDateTime", ""),
        top: 999, bucket: .audit, permissions: Permissions("AuditLog.Read.All"))

    /// Intune's own log.
    ///
    /// <https://learn.microsoft.com/graph/api/intune-auditing-auditevent-list>
    package static func intune(_ activities: [String]) -> AuditSource {
        AuditSource(
            "Intune", .intune, path: "deviceManagement/auditEvents", time: ("activityDateTime", ""),
            condition: " and activityOperationType ne 'Get'", bucket: .intune,
            permissions: Permissions("DeviceManagementApps.Read.All"),
            unavailable: ["Request not applicable to target tenant"], activities: activities)
    }

    /// Roles of Intune and who has them.
    static let intuneRoles = intune(["role"])

    /// The part of the Activity Log that one provider writes: of each subscription, and of the
    /// tenant for what is above them. It goes back 90 days.
    ///
    /// - Parameter operations: below the provider: `vaults/write`.
    package static func azure(provider: String, _ operations: [String]) -> AuditSource {
        azure(provider, operations, ends: [groups])
    }

    /// With a group of resources goes whatever is in it.
    private static let groups = azure(
        "Microsoft.Resources", ["subscriptions/resourcegroups/delete"], ends: [])

    private static func azure(
        _ provider: String, _ operations: [String], ends: [AuditSource]
    ) -> AuditSource {
        AuditSource(
            "Azure", .azure, service: .azure(apiVersion: "2015-04-01"),
            path: "{parent/}providers/Microsoft.Insights/eventtypes/management/values",
            time: ("eventTimestamp", "'"), condition: " and resourceProvider eq '\(provider)'",
            bucket: .azure, permissions: Permissions(application: [], delegated: []),
            walks: [GraphResource.subscriptions()], longestDays: 89,
            activities: operations.map { "\(provider)/\($0)" }, ends: ends)
    }

    /// Returns the read of the part of the log that lies between two times, ISO 8601.
    ///
    /// - Parameter place: the ID of the object whose part it is; empty for the tenant's.
    package func request(from: String, to: String, at place: String = "") -> GraphRequest {
        let (member, quote) = time
        let filter =
            "\(member) ge \(quote)\(from)\(quote) and \(member) le \(quote)\(to)\(quote)\(condition)"
        var query = [GraphRequest.Parameter("$filter", filter)]
        if case .azure(let version) = service {
            query.insert(.init("api-version", version), at: 0)
        }
        if let top { query.append(.init("$top", String(top))) }
        let segments = place.split(separator: "/").map { percentEncoded(Array($0.utf8)) + "/" }
        return GraphRequest(
            service: service, path: path.replacing("{parent/}", with: segments.joined()),
            query: query, bucket: bucket, unavailable: unavailable)
    }
}

/// Members in which an object says itself who made it as it is.
package struct Authorship: Sendable {
    package struct Statement: Sendable {
        /// The member of the object that has both of these.
        package let holder: String
        /// An object ID, an application's ID or a principal name.
        package let by: String
        package let at: String

        package init(in holder: String, by: String, at: String) {
            (self.holder, self.by, self.at) = (holder, by, at)
        }
    }

    package let creation: Statement
    package let update: Statement

    package init(creation: Statement, update: Statement) {
        (self.creation, self.update) = (creation, update)
    }
}
