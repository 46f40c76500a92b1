extension ResourceType {
    /// Kinds of directory objects that an application may not read.
    ///
    /// Lists of members and owners name them still, with their kind and ID; all else is null.
    ///
    /// <https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects>
    static func masked(from app: AppRegistration) -> Set<String> {
        let kinds: Set = [
            "user", "group", "servicePrincipal", "application", "device", "orgContact",
        ]
        return Set(
            all.filter {
                $0.pattern.count == 1 && kinds.contains($0.entity) && !$0.isPermitted(to: app)
            }.map(\.entity))
    }

    func isPermitted(to app: AppRegistration) -> Bool {
        let granted = Set(app.permissions)
        let enough = permissions + (app.isDelegated ? delegated : [])
        let fits = enough.contains { name in
            granted.contains(name)
                || granted.contains(name.replacing(".Read.", with: ".ReadWrite."))
        }
        let isBroad = granted.contains("Directory.ReadWrite.All")
        return fits || isBroad && permissions.contains("Directory.Read.All")
    }
}

extension JSON {
    /// The object with its kind and ID only.
    var masked: JSON {
        guard let members else { return self }
        return .object(
            members.map { member in
                let isShown = ["@odata.type", "id"].contains(member.name.string)
                return isShown ? member : JSON.Member(member.name, .null)
            })
    }
}
