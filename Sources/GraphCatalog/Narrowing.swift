/// A smaller read of a type, used when it is enough for what was chosen.
package struct Narrowing: Sendable {
    /// The groups for which it is enough, if nothing else chose the type; `nil` if it does not
    /// matter what did.
    package let groups: [String]?
    /// Whether it is only for a backup of what is not synchronised from on-premises.
    package let isCloudOnly: Bool
    /// The `$filter`; also the scope in the run record. Joined to others by `and`, so an `or` in it
    /// stands in parentheses.
    package let filter: String
    /// The filter is an advanced query: `ConsistencyLevel: eventual` and `$count=true` go with it.
    package let isAdvanced: Bool
    /// What the filter says, for objects already in the backup.
    package let covers: Condition

    package init(
        groups: [String]? = nil, isCloudOnly: Bool = false, filter: String,
        isAdvanced: Bool = false, covers: Condition
    ) {
        self.groups = groups
        self.isCloudOnly = isCloudOnly
        self.filter = filter
        self.isAdvanced = isAdvanced
        self.covers = covers
    }

    /// A statement about an object.
    package enum Condition: Sendable {
        case array(member: String, contains: String)
        /// The member is false, `null` or missing.
        case isNotTrue(member: String)
        case both([Condition])
    }
}

extension Narrowing {
    /// Users and groups that are not synchronised from on-premises: there the member is `null`, or
    /// `false` if they once were. Graph answers `ne` only as an advanced query.
    static let notSynchronized = Narrowing(
        isCloudOnly: true, filter: "onPremisesSyncEnabled ne true", isAdvanced: true,
        covers: .isNotTrue(member: "onPremisesSyncEnabled"))

    /// Returns the read of what both cover.
    private func and(_ other: Narrowing) -> Narrowing {
        Narrowing(
            groups: groups ?? other.groups, isCloudOnly: isCloudOnly || other.isCloudOnly,
            filter: "\(filter) and \(other.filter)",
            isAdvanced: isAdvanced || other.isAdvanced, covers: .both([covers, other.covers]))
    }

    /// Returns the smallest read that is enough, if a smaller one is.
    ///
    /// - Parameters:
    ///   - groups: those that chose the type; `nil` if another word did too.
    ///   - cloudOnly: whether only what is not synchronised from on-premises is wanted.
    static func enough(
        of narrowings: [Narrowing], for groups: [String]?, cloudOnly: Bool
    ) -> Narrowing? {
        let byGroups = narrowings.first { $0.isEnough(for: groups) && !$0.isCloudOnly }
        let byCloud = cloudOnly ? narrowings.first(where: \.isCloudOnly) : nil
        guard let byGroups, let byCloud else { return byGroups ?? byCloud }
        return byGroups.and(byCloud)
    }

    private func isEnough(for chosen: [String]?) -> Bool {
        guard let groups, let chosen else { return false }
        return chosen.allSatisfy(groups.contains)
    }
}
