import CanonicalJSON
import Encodings
import GitObjects
import GitStore
import GraphCatalog

/// Looks for updates in which nothing differs but the case of letters of IDs.
///
/// Azure spells the same scope `/subscriptions/S/resourceGroups/My-RG` in one answer and
/// `/subscriptions/S/resourcegroups/my-rg` in the next; GUIDs come in capitals too. Neither is a
/// change, and the object that is there stays as it is.
///
/// - Cost: the bytes of both versions of what is updated at Azure, and of objects whose own ID came in
///   another spelling.
extension TenantReader {
    func withoutRespelledIDs(
        _ changes: ChangeList, _ readings: [TypeReading]
    ) async throws(BackupError) -> ChangeList {
        var same: Set<ObjectID> = []
        for change in changes.changes where change.kind == .updated {
            let reading = readings[changes.type(of: change)]
            guard reading.resource.service.isAzure || changes.isRespelled(change),
                let old = change.old, let new = changes.new(of: change)
            else { continue }
            let blobs = try await storing { () async throws(GitError) in
                try await store.blobsIfKept([old, new])
            }
            if let before = blobs[0], let after = blobs[1], differOnlyInCaseOfIDs(before, after) {
                same.insert(new)
            }
        }
        guard !same.isEmpty else { return changes }
        return changes.filter { change in
            change.kind != .updated || !(changes.new(of: change).map(same.contains) ?? false)
        }
    }
}

/// Whether two canonical objects differ in nothing but the case of letters in GUIDs and in IDs of
/// Azure, which are paths.
func differOnlyInCaseOfIDs(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    let quote = UInt8(ascii: "\"")
    var place = 0
    while place < one.count {
        guard one[place] != other[place] else {
            place += 1
            continue
        }
        guard lowercased(one[place]) == lowercased(other[place]),
            let start = one[..<place].lastIndex(of: quote),
            let end = one[place...].firstIndex(of: quote),
            isCaselessID(one[(start + 1)..<end]),
            one[start..<end].elementsEqual(
                other[start..<end],
                by: {
                    lowercased($0) == lowercased($1)
                })
        else { return false }
        place = end
    }
    return true
}

/// Whether the service takes the text for the same in any case of letters.
private func isCaselessID(_ text: ArraySlice<UInt8>) -> Bool {
    if isGUID(text) { return true }
    guard text.first == UInt8(ascii: "/") else { return false }
    let parts = text.split(separator: UInt8(ascii: "/")).prefix(1).map { $0.map(lowercased) }
    return parts == [Array("subscriptions".utf8)] || parts == [Array("providers".utf8)]
}

private func lowercased(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
}
