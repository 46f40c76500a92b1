import Foundation
import GraphCatalog

/// An audit log of Entra that was not read for a week, made up page by page as it is asked for.
///
/// Among its events are those of users who changed their own objects, one event each, spread evenly
/// over the week. All others are about objects that are not in the backup.
struct AuditedWeek: Sendable {
    static let seconds = 7 * 86_400.0
    private static let pageSize = 999

    let events: Int
    /// IDs of the users who changed their own objects.
    let users: [String]
    let end: Date

    /// Returns a page of the events between two times, newest first.
    ///
    /// - Parameter page: from 0.
    func page(_ page: Int, from: Date, to: Date) -> GraphPage {
        let places = (0..<events).clamped(to: place(atOrAfter: from)..<place(after: to))
        let first = places.upperBound - page * Self.pageSize
        let last = max(places.lowerBound, first - Self.pageSize)
        var body = #"{"value":["#
        for place in (last..<max(first, last)).reversed() {
            body += event(place)
            if place > last { body += "," }
        }
        guard last > places.lowerBound else { return GraphPage(body: Array((body + "]}").utf8)) }
        let link = "\(page + 1) \(from.timeIntervalSince1970) \(to.timeIntervalSince1970)"
        body += #"],"@odata.nextLink":"\#(link)"}"#
        return GraphPage(body: Array(body.utf8), next: GraphLink(link))
    }

    private func time(of place: Int) -> Date {
        end + Self.seconds * (Double(place + 1) / Double(events + 1) - 1)
    }

    private func place(atOrAfter time: Date) -> Int {
        let passed = time.timeIntervalSince(end) / Self.seconds + 1
        return min(events, max(0, Int((passed * Double(events + 1)).rounded(.up)) - 1))
    }

    private func place(after time: Date) -> Int {
        place(atOrAfter: time.addingTimeInterval(0.001))
    }

    private func event(_ place: Int) -> String {
        let stride = events / users.count
        let own = place % stride == 0 && place / stride < users.count ? users[place / stride] : nil
        return own.map { event(place, "Update user", "User", $0, by: $0) }
            ?? event(
                place, "Update device", "Device", Self.guid(place, 0xd), by: Self.guid(place, 0xa))
    }

    private func event(
        _ place: Int, _ activity: String, _ type: String, _ target: String, by actor: String
    ) -> String {
        let id = Self.guid(place, 0xe)
        return """
            {"id":"Directory_\(id)_\(place)","category":"\(type)Management","correlationId":"\(id)",\
            "result":"success","resultReason":"","activityDisplayName":"\(activity)",\
            "activityDateTime":"\(time(of: place).formatted(Self.style))",\
            "loggedByService":"Core Directory","operationType":"Update","initiatedBy":{"app":null,\
            "user":{"id":"\(actor)","displayName":null,"userPrincipalName":\
            "\(actor)@contoso.example","ipAddress":"203.0.113.7","userType":null,\
            "homeTenantId":null,"homeTenantName":null}},"targetResources":[{"id":"\(target)",\
            "displayName":null,"type":"\(type)","userPrincipalName":null,"groupType":null,\
            "modifiedProperties":[{"displayName":"JobTitle","oldValue":null,"newValue":null},\
            {"displayName":"PhysicalDeliveryOfficeName","oldValue":null,"newValue":null},\
            {"displayName":"Included Updated Properties","oldValue":null,"newValue":\
            "\\"JobTitle, PhysicalDeliveryOfficeName\\""}]}],\
            "additionalDetails":[{"key":"User-Agent","value":"Mozilla/5.0 (made up)"}]}
            """
    }

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    private static func guid(_ place: Int, _ kind: Int) -> String {
        String(format: "%08x-0000-4000-8000-%012x", place, kind)
    }
}
