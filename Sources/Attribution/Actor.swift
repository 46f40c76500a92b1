import CanonicalJSON
import GitObjects

/// Who made a change, as the audit log names them.
package struct Actor: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case person
        case application
        /// A part of the service that does what people asked for elsewhere, or what must be done.
        case service
        /// One of these: an object gives no more than an ID.
        case principal
    }

    package let kind: Kind
    /// Of the user or service principal, in lower case; empty if the log does not say.
    package let id: String
    /// On one line, without `<` and `>`, at most 200 bytes and ` (SP)`, which is behind the names of
    /// applications and services.
    package let name: String
    /// A person's principal name, cleaned as ``name`` is.
    package let email: String?

    package init(kind: Kind, id: String, name: String, email: String?) {
        (self.kind, self.id, self.name, self.email) = (kind, id, name, email)
    }

    /// The same actor however named: by ID where there is one.
    var key: String { id.isEmpty ? name : id }
}

extension Actor {
    /// - Parameter name: as the log has it; without one the address or the ID stands in for it.
    package init?(_ kind: Kind, id: String?, name: String?, email: String? = nil) {
        let id = id.flatMap(known)
        let email = email.flatMap(cleaned)
        guard let name = name.flatMap(cleaned) ?? email ?? id else { return nil }
        let suffix = kind == .person || kind == .principal ? "" : " (SP)"
        self.init(kind: kind, id: id ?? "", name: name + suffix, email: email)
    }
}

/// Who an event says began it.
struct Initiator {
    var actor: Actor?
    /// Everything the event calls them besides, in lower case.
    var names: Set<String> = []
    /// The log says that nobody acted: something expired. The actor is the service that saw to it.
    var isUnattended = false
    /// The name is the log's own, not an ID or principal name that stands in for it.
    var isNamed = false

    init(_ json: JSONValue?, applications: (String) -> String?) {
        let user = Party(json?["user"])
        let app = Party(json?["app"])
        isUnattended = user.displayName == "Azure AD PIM" && user.principalName == nil
        if let name = user.displayName, user.principalName == nil, Self.services.contains(name) {
            actor = Actor(kind: .service, id: user.id ?? "", name: name + " (SP)", email: nil)
        } else if let name = user.displayName ?? user.principalName ?? user.id {
            isNamed = user.displayName != nil
            actor = Actor(
                kind: .person, id: user.id ?? "", name: name, email: user.principalName)
        } else {
            name(app, applications)
        }
    }

    /// A person is asked for by their principal name, everything else is an application.
    init(intune json: JSONValue?) {
        let text = { (name: String) in json?[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }
        if let address = text("userPrincipalName") {
            actor = Actor(.person, id: text("userId"), name: nil, email: address)
        } else {
            let name = text("applicationDisplayName") ?? text("servicePrincipalName")
            isNamed = name != nil
            actor = Actor(.application, id: text("applicationId"), name: name)
        }
        // Of people it is the application they used.
        names = Set(
            [text("userPrincipalName") ?? text("applicationId")].compactMap(\.self).map(folded))
    }

    /// The claims of the token say more than the `caller`, who is an address, or an ID of some kind.
    init(azure json: JSONValue) {
        let claims = json["claims"]
        let text = { (value: JSONValue?) in value?.string.flatMap { $0.isEmpty ? nil : $0 } }
        let caller = text(json["caller"])
        let id = text(claims?["http://schemas.microsoft.com/identity/claims/objectidentifier"])
        let addresses = ["upn", "emailaddress"].map {
            text(claims?["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/\($0)"])
        }
        let address =
            addresses.compactMap(\.self).first ?? caller.flatMap { $0.contains("@") ? $0 : nil }
        let name = text(claims?["name"])
        var others = [caller, id] + addresses
        if address != nil || name != nil {
            isNamed = name != nil
            actor = Actor(.person, id: id, name: name, email: address)
        } else {
            actor = Actor(.application, id: id ?? caller, name: nil)
            // Of people it is the application they used.
            others.append(text(claims?["appid"]))
        }
        names = Set(others.compactMap(\.self).map(folded))
    }

    /// What an object calls somebody: an ID or, of people, a principal name.
    init(named text: String) {
        actor =
            text.contains("@")
            ? Actor(.person, id: nil, name: nil, email: text)
            : Actor(.principal, id: text, name: nil)
        names = [folded(text)]
    }

    private mutating func name(_ app: Party, _ applications: (String) -> String?) {
        let known = app.displayName ?? app.id.flatMap(applications).flatMap(cleaned)
        guard let name = known ?? app.principalName ?? app.id else { return }
        isNamed = known != nil
        actor = Actor(
            kind: Self.services.contains(name) ? .service : .application, id: app.id ?? "",
            name: name + " (SP)", email: nil)
    }

    /// What stands in the log where people asked another part of the service.
    private static let services: Set = [
        "Azure AD PIM", "Device Registration Service", "MS-PIM", "Managed Service Identity",
        "Microsoft Approval Management", "Microsoft Substrate Management",
        "Microsoft.Azure.SyncFabric", "fim_password_service@support.onmicrosoft.com",
    ]
}

/// A user or an application as the log names it; what is empty, null or all zeros is `nil`.
private struct Party {
    var id: String?
    var displayName: String?
    var principalName: String?

    init(_ json: JSONValue?) {
        let ids = ["servicePrincipalId", "id", "appId"].lazy.compactMap { json?[$0]?.string }
        id = ids.compactMap(known).first
        displayName = json?["displayName"]?.string.flatMap(cleaned)
        let names = ["userPrincipalName", "servicePrincipalName"]
        principalName = names.lazy.compactMap { json?[$0]?.string }.first.flatMap(cleaned)
    }
}

/// The ID in lower case, unless it is empty or all zeros.
private func known(_ id: String) -> String? {
    id.allSatisfy { "0-".contains($0) } ? nil : cleaned(folded(id))
}

/// The text as a header of a commit may have it; `nil` if nothing is left.
private func cleaned(_ text: String) -> String? {
    let shown = String(text.prefix(400)).printable.filter { $0 != "<" && $0 != ">" }
    var bytes = shown.utf8.count
    var cut = shown[...]
    while bytes > 200, let last = cut.popLast() { bytes -= last.utf8.count }
    let isSpace = { (character: Character) in character == " " }
    let start = cut.drop(while: isSpace)
    let end = start.lastIndex { !isSpace($0) }
    return end.map { String(start[...$0]) }
}

/// The text with ASCII letters in lower case: IDs differ in case from service to service.
func folded(_ text: String) -> String {
    guard text.utf8.contains(where: { 0x41...0x5A ~= $0 }) else { return text }
    return String(decoding: text.utf8.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
}
