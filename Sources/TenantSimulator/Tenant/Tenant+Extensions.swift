/// Properties that applications have added to objects of the tenant.
///
/// - Directory extensions are entries of `applications/{id}/extensionProperties`, and those of
///   applications of other tenants entries of `directoryObjects/getAvailableExtensionProperties`.
/// - Schema extensions are entries of `schemaExtensions`, which lists those of all tenants.
extension Tenant {
    static let availableExtensions = TenantPath("directoryObjects/getAvailableExtensionProperties")
    private static let schemaExtensions = TenantPath("schemaExtensions")

    /// All directory extensions that objects of the tenant can have.
    var extensionProperties: [JSON] {
        let list = Array("extensionProperties".utf8)
        let own = storedPaths.filter { $0.segments.count == 3 && $0.segments[2] == list }
            .sorted { $0.text < $1.text }
        return (own + [Self.availableExtensions]).flatMap { path in
            let listing = listing(at: path)
            return (0..<listing.endIndex).compactMap { listing[$0] }
        }
    }

    /// Names of the properties that were added to objects of a kind, such as `user`.
    func extensionNames(of entity: String) -> Set<String> {
        let schema = listing(at: Self.schemaExtensions)
        let added = extensionProperties.map { ($0["name"], $0["targetObjects"]) }
        let others = (0..<schema.endIndex).compactMap { schema[$0] }
            .map { ($0["id"], $0["targetTypes"]) }
        let names = (added + others).filter { _, targets in
            targets?.elements?.contains { $0.string?.lowercased() == entity.lowercased() } ?? false
        }
        return Set(names.compactMap { $0.0?.string })
    }
}
