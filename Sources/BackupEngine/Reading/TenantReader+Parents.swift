import GitObjects
import GraphCatalog

/// Asks for objects of walked lists that are not listed any more, or below which nothing was found.
///
/// An application that loses access to one subscription of three gets a shorter list, with 200. Only
/// an object that is not found by its own ID, twice, some seconds apart, is believed to be gone; its
/// parts are kept if anything else is answered.
extension TenantReader {
    /// How long an object that is not found is given to reach every server.
    private static var pause: Duration { .seconds(5) }

    /// Keeps the parts of objects that are still there, or of which nobody can tell.
    func confirmGone(_ reading: inout TypeReading) async throws(BackupError) {
        for walk in reading.resource.walks {
            let doubtful = reading.doubtfulParents(of: walk)
            for (id, reason) in try await stillThere(doubtful, of: walk, reading.resource) {
                reading.keep(parent: id, of: walk, reason)
            }
        }
    }

    /// Returns those of the objects that are not gone, and why nothing must be believed of them.
    func stillThere(
        _ ids: [String], of walk: GraphResource, _ resource: GraphResource
    ) async throws(BackupError) -> [(String, GraphError)] {
        var kept: [(String, GraphError)] = []
        var gone: [String] = []
        for id in ids {
            if let reason = try await reasonToKeep(id, of: walk, resource) {
                kept.append((id, reason))
            } else {
                gone.append(id)
            }
        }
        guard !gone.isEmpty else { return kept }
        do throws(GraphError) { try await source.pause(for: Self.pause) } catch {
            throw .interrupted
        }
        for id in gone {
            if let reason = try await reasonToKeep(id, of: walk, resource) {
                kept.append((id, reason))
            }
        }
        return kept
    }

    /// `nil` if the service says that there is no such object.
    private func reasonToKeep(
        _ id: String, of walk: GraphResource, _ resource: GraphResource
    ) async throws(BackupError) -> GraphError? {
        guard
            let (request, isScope) = walk.ownRequest(of: id, walkedFor: resource, tenant: tenant)
        else {
            return GraphError(
                .unavailable,
                "\(walk.name) does not list \(id) any more, and it cannot be asked for",
                hint: Self.hint)
        }
        do throws(GraphError) {
            _ = try await source.page(.first(request)) { _ in }
            // Whoever may read a scope is told of all that is in it.
            guard !isScope else { return nil }
            return GraphError(
                .unavailable,
                "\(walk.name) does not list \(id), or nothing below it, but it is there",
                hint: Self.hint)
        } catch {
            guard error.kind != .signInRefused else { throw .source(error) }
            guard error.kind != .notFound else { return nil }
            return GraphError(
                error.kind, "\(walk.name) does not list \(id): \(error.reason)",
                hint: error.hint ?? Self.hint, requests: error.requests)
        }
    }

    private static var hint: String {
        "If what is below it really was deleted, run the backup again with --accept-deletions."
    }
}

extension GraphResource {
    /// The read of one object of a walked list by its own ID; `nil` if it cannot be asked for.
    ///
    /// In Azure an ID is a path. Where only the parts of a type can be read there, because each kind
    /// of object has an API version of its own, the scope that it is in is asked for instead: whoever
    /// may not read that is not told of what is in it.
    fileprivate func ownRequest(
        of id: String, walkedFor resource: GraphResource, tenant: String
    ) -> (GraphRequest, isScope: Bool)? {
        let bytes = Array(id.utf8)
        guard service.isAzure else {
            return GraphResource.request(of: [(self, bytes)], tenant: tenant).map { ($0, false) }
        }
        if resource.answer == .object, !isPart {
            return (resource.request(below: [(self, bytes)], tenant: tenant), false)
        }
        for list in [self] + walks + witnesses where list.walks.isEmpty && list.rows == nil {
            guard let name = list.name(of: id),
                let request = GraphResource.request(of: [(list, Array(name.utf8))], tenant: tenant)
            else { continue }
            return (request, isScope: list.name != self.name)
        }
        return nil
    }

    /// The name of this list's object that an ID of Azure leads to: of
    /// `/subscriptions/S/resourceGroups/G` that is `S` for the list `subscriptions`.
    private func name(of id: String) -> String? {
        let own = path.split(separator: "/")
        let parts = id.split(separator: "/")
        guard parts.count > own.count,
            zip(own, parts).allSatisfy({ $0.lowercased() == $1.lowercased() })
        else { return nil }
        return String(parts[own.count])
    }
}
