import Attribution
import GitObjects
import GitStore
import GraphCatalog

/// Finds what people and applications are called, where a log gives only IDs and addresses: their
/// own objects are among those that were read.
///
/// Cost: the bytes of those objects; and of all objects of a type that acts under a second ID, until
/// all are found, if somebody acted under an ID that no object has.
struct ActorNames {
    let readings: [TypeReading]
    let store: GitStore

    /// Objects looked into at a time.
    private static let stride = 256

    /// Returns them as the tenant has them, by the IDs in lower case that logs call them.
    func names(of actors: Set<Actor>) async throws(BackupError) -> [String: Actor] {
        var found: [(id: String, blob: ObjectID)] = []
        var strange: Set<String> = []
        for actor in actors {
            let id = actor.id.lowercased()
            guard !id.isEmpty else { continue }
            if let blob = blob(of: Array(id.utf8)) {
                if actor.isNameless { found.append((id, blob)) }
            } else if actor.kind == .application || actor.kind == .principal {
                strange.insert(id)
            }
        }
        var names: [String: Actor] = [:]
        for (actor, object) in zip(found, try await objects(found.map(\.blob))) {
            names[actor.id] = object.flatMap { Actor($0, id: actor.id) }
        }
        return names.merging(try await secondNames(of: strange)) { own, _ in own }
    }

    private func objects(_ blobs: [ObjectID]) async throws(BackupError) -> [[UInt8]?] {
        try await storing { () async throws(GitError) in try await store.blobsIfKept(blobs) }
    }

    private func blob(of id: [UInt8]) -> ObjectID? {
        for reading in readings where reading.ancestors.isEmpty && reading.resource.hasFolders {
            if let object = reading.listings[[]]?.object(withID: id[...]) { return object.blob }
        }
        return nil
    }

    /// Those that act under an ID which is not that of their object.
    private func secondNames(
        of ids: Set<String>
    ) async throws(BackupError) -> [String: Actor] {
        var names: [String: Actor] = [:]
        for reading in readings where reading.ancestors.isEmpty {
            guard let member = reading.resource.actorID, let listing = reading.listings[[]] else {
                continue
            }
            for start in Swift.stride(from: 0, to: listing.objects.count, by: Self.stride) {
                guard names.count < ids.count else { return names }
                let part = listing.objects[start...].prefix(Self.stride)
                for (object, bytes) in zip(part, try await objects(part.map(\.blob))) {
                    guard let id = bytes?.ownText(named: member)?.lowercased(), ids.contains(id)
                    else { continue }
                    let own = String(decoding: listing.id(of: object), as: UTF8.self)
                    names[id] = bytes.flatMap { Actor($0, id: own.lowercased()) }
                }
            }
        }
        return names
    }
}

extension Actor {
    /// - Parameter object: the person's or application's own.
    fileprivate init?(_ object: [UInt8], id: String) {
        guard let name = object.ownText(named: "displayName")?.clipped else { return nil }
        // What signs in with an address is a person.
        let address = object.ownText(named: "userPrincipalName")?.clipped
        self.init(address == nil ? .application : .person, id: id, name: name, email: address)
    }

    /// Whether the log gives no display name.
    var isNameless: Bool { name == email || name == id || name == "\(id) (SP)" || name.isEmpty }

    /// The same, called as the tenant calls them.
    func named(by names: [String: Actor]) -> Actor {
        guard let known = names[id.lowercased()], isNameless || known.id != id.lowercased() else {
            return self
        }
        return Actor(
            kind: known.kind, id: known.id, name: known.name, email: email ?? known.email)
    }
}
