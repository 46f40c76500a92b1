import Attribution
import GitObjects
import GitStore
import GraphCatalog

/// Finds what people and applications are called, where the audit log gives only IDs and addresses:
/// their own objects are among those that were read.
struct ActorNames {
    let readings: [TypeReading]
    let store: GitStore

    /// Returns them as the tenant has them, by IDs in lower case.
    func names(of actors: Set<Actor>) async throws(BackupError) -> [String: Actor] {
        var found: [(id: String, blob: ObjectID)] = []
        for actor in actors where actor.isNameless {
            let id = actor.id.lowercased()
            guard !id.isEmpty, let blob = blob(of: Array(id.utf8)) else { continue }
            found.append((id, blob))
        }
        let objects = try await storing { () async throws(GitError) in
            try await store.blobsIfKept(found.map(\.blob))
        }
        var names: [String: Actor] = [:]
        for (actor, object) in zip(found, objects) {
            guard let object, let name = object.ownText(named: "displayName")?.clipped else {
                continue
            }
            // What signs in with an address is a person.
            let address = object.ownText(named: "userPrincipalName")?.clipped
            names[actor.id] = Actor(
                address == nil ? .application : .person, id: actor.id, name: name, email: address)
        }
        return names
    }

    private func blob(of id: [UInt8]) -> ObjectID? {
        for reading in readings where reading.ancestors.isEmpty && reading.resource.hasFolders {
            if let object = reading.listings[[]]?.object(withID: id[...]) { return object.blob }
        }
        return nil
    }
}

extension Actor {
    /// Whether the log gives no display name.
    var isNameless: Bool { name == email || name == id || name == "\(id) (SP)" || name.isEmpty }
}
