import GraphCatalog

extension [TypeReading] {
    /// Whether an ID is that of an object with a folder at the top of its type's.
    @Sendable func hold(_ id: String) -> Bool {
        let id = [UInt8](id.utf8)[...]
        return contains { reading in
            reading.ancestors.isEmpty && reading.resource.hasFolders
                && reading.listings[[]]?.object(withID: id) != nil
        }
    }
}
