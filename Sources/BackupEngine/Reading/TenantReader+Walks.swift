import GraphCatalog

/// Reads types that no one request reads: each object of some lists is asked for its part.
extension TenantReader {
    func readParts(of reading: inout TypeReading) async throws(BackupError) {
        var asked: [[[UInt8]]] = []
        var failed: [GraphError] = []
        for walk in reading.resource.walks {
            do throws(BackupError) {
                guard !walk.isPart else {
                    try await take(all: walk, &reading)
                    continue
                }
                let listed = try await ids(of: walk, &reading)
                reading.note(parents: listed.compactMap(\.last), of: walk)
                let above = listed.filter { !asked.contains($0) }
                try await read(above, below: walk, &reading)
                asked += above
            } catch {
                // What the other lists lead to is read all the same.
                let reason = try error.ofOneType
                failed.append(reason)
                reading.note(reason, of: walk)
            }
        }
        reading.giveUp(all: asked)
        reading.noteParents()
        try await confirmGone(&reading)
        if failed.count == reading.resource.walks.count { reading.failure = failed.first }
        if reading.failure == nil { reading.leaveOutLists() }
        reading.join()
    }

    /// Reads the parts of the objects of one list; those that are not found once more, as not every
    /// server may know them yet.
    private func read(
        _ above: [[[UInt8]]], below walk: GraphResource, _ reading: inout TypeReading
    ) async throws(BackupError) {
        try await readBatches(above, below: [walk], reading.selected) {
            (results) async throws(BackupError) -> Bool in
            var missing: [[[UInt8]]] = []
            for (ids, result) in results {
                if case .failure(let error) = result, error.kind == .notFound {
                    missing.append(ids)
                } else {
                    try await take(result, below: ids, &reading)
                }
            }
            try await readBatches(missing, below: [walk], reading.selected) {
                (results) async throws(BackupError) -> Bool in
                for (ids, result) in results {
                    if case .failure(let error) = result, error.kind == .notFound,
                        let id = ids.last
                    {
                        reading.note(missing: id, of: walk)
                    }
                    try await take(result, below: ids, &reading)
                }
                return true
            }
            let objects = reading.listings.values.reduce(0) { $0 + $1.objects.count }
            await progress(.read(type: reading.resource.name, objects: objects))
            return reading.goesOn(after: results.map(\.ids))
        }
    }

    /// The objects of one list, in the order of their IDs.
    private func ids(
        of walk: GraphResource, _ reading: inout TypeReading
    ) async throws(BackupError) -> [[[UInt8]]] {
        let listing = try await list(walk, &reading)
        if listing.isEmpty { try await confirmEmpty(walk, &reading) }
        let ids = listing.objects.map { Array(listing.id(of: $0)) }
        guard let form = walk.idForm.map(PathForm.init) else { return ids.map { [$0] } }
        return ids.filter { form.fits(String(decoding: $0, as: UTF8.self)) }.map { [$0] }
    }

    private func list(
        _ walk: GraphResource, _ reading: inout TypeReading
    ) async throws(BackupError) -> Listing {
        guard walk.walks.isEmpty else { return try await joinedList(walk, &reading) }
        var lister = reader
        lister.isKept = false
        let answer = try await lister.read(
            walk.request(tenant: tenant), of: SelectedResource(walk)
        ) { _ in }
        reading.requests += answer.requests
        reading.waited += answer.waited
        return answer.listing
    }

    /// What the objects of other lists lead to: all of it, but for lists that nobody here may read.
    private func joinedList(
        _ walk: GraphResource, _ reading: inout TypeReading
    ) async throws(BackupError) -> Listing {
        var all = Listing()
        var refusal: BackupError?
        var wasRead = false
        for outer in walk.walks {
            let above: [[[UInt8]]]
            do throws(BackupError) { above = try await ids(of: outer, &reading) } catch {
                let reason = try error.ofOneType
                guard reason.kind == .notPermitted else { throw error }
                reading.note(reason, of: outer)
                refusal = error
                continue
            }
            wasRead = true
            var missing: [String] = []
            try await readBatches(above, below: [outer], SelectedResource(walk), isKept: false) {
                (results) async throws(BackupError) -> Bool in
                for (ids, result) in results {
                    switch result {
                    case .success(let answer):
                        reading.requests += answer.requests
                        reading.waited += answer.waited
                        all.append(answer.listing)
                    case .failure(let error):
                        reading.requests += error.requests
                        guard error.kind != .notFound else {
                            missing.append(String(decoding: ids.last ?? [], as: UTF8.self))
                            continue
                        }
                        guard error.kind == .empty else { throw .source(error) }
                    }
                }
                return true
            }
            if let kept = try await stillThere(missing, of: outer, walk).first {
                throw .source(kept.1)
            }
        }
        if let refusal, !wasRead { throw refusal }
        all.sort()
        return all
    }

    /// Takes the objects of a list as parts.
    private func take(
        all walk: GraphResource, _ reading: inout TypeReading
    ) async throws(BackupError) {
        let answer = try await reader.read(
            walk.request(tenant: tenant), of: reading.selected
        ) { _ in }
        if answer.objectCount == 0 { try await confirmEmpty(walk, &reading) }
        let objects = answer.listing.objects.map { Array(answer.listing.id(of: $0)) }
        reading.note(parents: objects, of: walk)
        try await reading.take(answer, below: [Array(walk.name.utf8)], in: store)
    }

    /// - Throws: ``GraphError/Kind/notPermitted`` if none of the list's witnesses has an object.
    private func confirmEmpty(
        _ walk: GraphResource, _ reading: inout TypeReading
    ) async throws(BackupError) {
        guard !walk.witnesses.isEmpty else { return }
        for witness in walk.witnesses {
            do throws(BackupError) {
                guard try await list(witness, &reading).isEmpty else { return }
            } catch {
                guard try error.ofOneType.kind == .notPermitted else { throw error }
            }
        }
        let names = ([walk] + walk.witnesses).map(\.name).joined(separator: " and ")
        throw .source(
            GraphError(
                .notPermitted, "\(names) list nothing, so the application may read nothing there",
                hint: walk.service.roleHint))
    }

    /// Takes one object's part. An object that is not found has none.
    private func take(
        _ result: Result<CollectionAnswer, GraphError>, below ids: [[UInt8]],
        _ reading: inout TypeReading
    ) async throws(BackupError) {
        switch result {
        case .success(let answer):
            try await reading.take(answer, below: ids, in: store)
        case .failure(let error) where error.kind == .empty || error.kind == .notFound:
            try await reading.take(CollectionAnswer(), below: ids, in: store)
        case .failure(let error):
            reading.note(error, below: ids)
        }
    }
}
