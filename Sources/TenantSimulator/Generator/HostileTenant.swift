/// How many objects with hostile IDs and names to make up, and from which seed.
package struct HostileTenant: Sendable, Hashable {
    package var seed: UInt64
    package var groups: Int

    package init(seed: UInt64 = 1, groups: Int = 1000) {
        self.seed = seed
        self.groups = groups
    }

    /// The IDs, no two the same, in UTF-16: some hold half of a surrogate pair. Each is also the name
    /// of its object.
    package var ids: [[UInt16]] {
        var text = HostileText(seed: seed)
        var ids: [[UInt16]] = []
        var seen: Set<[UInt16]> = []
        while ids.count < groups {
            let id = text.next()
            if seen.insert(id).inserted { ids.append(id) }
        }
        return ids
    }
}

extension Tenant {
    /// A tenant of groups whose IDs and names break other programs, each with a member and an owner
    /// of the same kind.
    init(_ hostile: HostileTenant) {
        self.init(
            id: "5eed0000-0000-4000-8000-000000000002", domain: "hostile.onmicrosoft.com",
            displayName: "Hostile (made up)")
        registrations = [
            AppRegistration(
                clientID: "5eed0000-0000-4000-8000-0000000000c2", secret: "generated-secret",
                permissions: ["Directory.Read.All", "AuditLog.Read.All"])
        ]
        let texts = hostile.ids.map { JSON.string(JSONText(utf16: $0)) }
        for text in texts {
            insert(
                [
                    "id": text, "displayName": text, "description": text, "groupTypes": [],
                    "securityEnabled": true, "/members": [text], "/owners": [text],
                ], into: TenantPath("groups"))
        }
    }
}

extension JSONText {
    /// Makes a text of UTF-16; half of a surrogate pair is spelled as the service would, `\ud83d`.
    init(utf16 units: [UInt16]) {
        var spelling: [UInt8] = []
        for (index, unit) in units.enumerated() {
            let isFirst = 0xD800..<0xDC00 ~= unit
            let isSecond = 0xDC00..<0xE000 ~= unit
            let next = index + 1 < units.count ? units[index + 1] : 0
            let last = index > 0 ? units[index - 1] : 0
            if isFirst, 0xDC00..<0xE000 ~= next {
                spelling += Array(String(decoding: [unit, next], as: UTF16.self).utf8)
            } else if isSecond, 0xD800..<0xDC00 ~= last {
                continue
            } else if isFirst || isSecond {
                spelling += Array("\\u\(String(unit, radix: 16))".utf8)
            } else {
                spelling += JSONText(String(decoding: [unit], as: UTF16.self)).spelling
            }
        }
        let parsed = try? JSON(parsing: [UInt8(ascii: "\"")] + spelling + [UInt8(ascii: "\"")])
        self = parsed?.text ?? JSONText(bytes: spelling)
    }
}
