extension GraphResource {
    /// Whether its objects are members, owners or the like of another object: directory objects of
    /// any kind. The service gives only kind and ID of those that the application may not read.
    package var listsPrincipals: Bool { select == Self.referenceMembers }
}
