import Attribution
import GraphCatalog

extension AuditIndex {
    /// Whether any event may be about an object.
    func mayMatch(
        _ type: GraphResource, id: ArraySlice<UInt8>, parent: ArraySlice<UInt8>?
    ) -> Bool { true }
}
