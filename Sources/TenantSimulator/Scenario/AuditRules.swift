/// Which queries the audit log takes.
enum AuditRules {
    private static let filterable: Set<String> = [
        "id", "activitydatetime", "activitydisplayname", "loggedbyservice", "correlationid",
        "category", "initiatedby/user/id", "initiatedby/user/displayname",
        "initiatedby/user/userprincipalname", "initiatedby/app/appid",
        "initiatedby/app/displayname", "targetresources/id", "targetresources/displayname",
        // Of sign-ins:
        "createddatetime", "userid", "userprincipalname", "appid",
    ]

    /// Those of Intune's own log.
    private static let filterableOfIntune: Set<String> = [
        "activitydatetime", "activityoperationtype", "resources/resourceid",
    ]

    static func check(
        _ query: Query, isIntune: Bool = false
    ) throws(GraphFailure) {
        let filterable = isIntune ? filterableOfIntune : filterable
        for path in query.filter?.paths ?? [] {
            let name = path.joined(separator: "/")
            guard filterable.contains(name.lowercased()) else {
                throw GraphFailure(
                    400, "BadRequest", "Invalid filter clause: '\(name)' can not be filtered on.")
            }
        }
        for order in query.orderBy {
            let name = order.path.joined(separator: "/").lowercased()
            guard name == "activitydatetime" || name == "createddatetime" else {
                throw GraphFailure(400, "BadRequest", "Unsupported $orderby: '\(name)'.")
            }
        }
        guard query.expand.isEmpty else {
            throw GraphFailure(400, "BadRequest", "$expand is not supported on audit logs.")
        }
    }
}

/// One event of a log, and when the log begins to show it.
struct AuditEvent: Sendable {
    /// Who keeps the log.
    enum Log: Sendable {
        case directory, intune, azure
    }

    var log: Log
    var time: Timestamp
    /// Some services log minutes after the fact.
    var visibleFrom: Timestamp
    var json: JSON
}

extension Tenant {
    /// The events a reader sees now, newest first: logged already, and not yet forgotten.
    func visibleEvents(_ now: Timestamp, of log: AuditEvent.Log = .directory) -> [JSON] {
        let days: Double =
            switch log {
            case .directory: isPremium ? 30 : 7
            case .intune: 365
            case .azure: ActivityLog.days
            }
        let oldest = now + -days * 86_400
        let recent = events.filter {
            $0.log == log && $0.visibleFrom <= now && $0.time >= oldest
        }
        return recent.sorted { $0.time > $1.time }.map(\.json)
    }
}
