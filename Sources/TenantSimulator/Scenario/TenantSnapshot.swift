/// What a tenant holds at one moment, for whoever compares moments.
package struct TenantSnapshot: Sendable {
    /// Where an object is: in a collection, by its key there, or at a path of its own.
    package struct Place: Hashable, Sendable {
        /// `groups/<id>/members`, `policies/authorizationPolicy`.
        package let path: String
        /// The object's ID, or its tenant's; empty if it has none.
        package let key: String
        package let isSingleton: Bool

        package init(path: String, key: String, isSingleton: Bool) {
            (self.path, self.key, self.isSingleton) = (path, key, isSingleton)
        }

        /// As a ``Year/Deed`` names it.
        package var deed: String { isSingleton ? path : "\(path)/\(key)" }
    }

    /// As JSON. A reference is the object it stands for, if that is still there.
    package private(set) var objects: [Place: JSON] = [:]

    init(of tenant: Tenant) {
        for (path, items) in tenant.stored {
            let text = path.text
            for item in items {
                guard let key = item.text ?? item.key,
                    let object = item.text == nil ? item : tenant.directoryObject(key)?.object
                else { continue }
                objects[Place(path: text, key: key.string, isSingleton: false)] = object
            }
        }
        for (path, item) in tenant.singletons {
            let key = item.key?.string ?? ""
            objects[Place(path: path.text, key: key, isSingleton: true)] = item
        }
    }
}

extension SimulatedTenant {
    /// What the tenant holds now; of a generated one only what was added to it.
    package func snapshot() -> TenantSnapshot {
        simulation.change { TenantSnapshot(of: $0.tenant) }
    }

    /// The audit events that a reader sees now, not older than `oldest`.
    package func auditEvents(since oldest: Timestamp) -> [(time: Timestamp, json: JSON)] {
        let now = simulation.clock.now
        let events = simulation.change { $0.tenant.events }
        return events.filter { $0.visibleFrom <= now && $0.time >= oldest }.map {
            ($0.time, $0.json)
        }
    }
}
