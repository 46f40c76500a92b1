/// Members of a type's objects that are not in the backup, and why.
package struct LeftOutMembers: Sendable {
    package let names: [String]
    /// A sentence without its stop, about each of them.
    package let reason: String

    package init(_ names: [String], because reason: String) {
        self.names = names
        self.reason = reason
    }

    /// What Graph answers 501 about in a list.
    static func oneByOne(_ noun: String, _ names: [String]) -> LeftOutMembers {
        LeftOutMembers(names, because: "Graph gives it for one \(noun) at a time only")
    }

    static let onlyOfDeleted = LeftOutMembers(
        ["deletedDateTime"], because: "It is null in every object that is not deleted")

    /// Of objects that have a folder of their own, or that a relation only refers to.
    static let otherThanReference = LeftOutMembers(
        [], because: "Of an object that this one refers to, only what names it is kept")
}

/// A member that is read where the application, or the person, has a permission for it. Without one
/// Graph refuses the whole list.
package struct PermittedMember: Sendable {
    package let name: String
    /// Each is enough.
    package let permissions: [String]

    package init(_ name: String, needs permissions: String...) {
        self.init(name, needs: permissions)
    }

    package init(_ name: String, needs permissions: [String]) {
        self.name = name
        self.permissions = permissions
    }

    /// Whether one of them is held. A permission to change the member is enough, too.
    package func isPermitted(by held: Set<String>) -> Bool {
        permissions.contains { name in
            held.contains(name) || held.contains(name.replacing(".Read.", with: ".ReadWrite."))
        }
    }
}

extension GraphResource {
    /// Members that need a permission of their own.
    package var permittedMembers: [PermittedMember] {
        permitted
            + separate.filter { !$0.permissions.isEmpty }.map {
                PermittedMember($0.name, needs: $0.permissions)
            }
    }

    /// All that the catalog says of members that are not in the backup.
    package var gaps: [LeftOutMembers] {
        let moving = LeftOutMembers(
            volatile, because: "It changes by itself, or says what another object says")
        let secret = LeftOutMembers(secrets, because: "Its text is a secret: it is withheld")
        let reduced = reductions.map {
            LeftOutMembers(
                $0.drops, because: "Nobody here can change it where \($0.member) is \($0.value)")
        }
        let unread = permittedMembers.map {
            LeftOutMembers(
                [$0.name],
                because: "It is read only with \($0.permissions.joined(separator: " or "))")
        }
        return [moving, secret].filter { !$0.names.isEmpty } + reduced + leftOut + unread
    }
}
