import GraphCatalog

/// Reads types that no one request reads: each object of some lists is asked for its part.
extension TenantReader {
    /// Objects asked for their parts at a time.
    private static var stride: Int { 80 }

    func readParts(of reading: inout TypeReading) async throws(BackupError) {
        let name = reading.resource.name
        var objects = 0
        for walk in reading.resource.walks {
            let above: [[[UInt8]]]
            do throws(BackupError) { above = try await ids(of: walk, &reading) } catch {
                reading.failure = try error.ofOneType
                return
            }
            for start in Swift.stride(from: 0, to: above.count, by: Self.stride) {
                let part = above[start..<min(start + Self.stride, above.count)]
                for (ids, result) in try await read(Array(part), below: [walk], reading.selected) {
                    objects += try await take(result, below: ids, &reading)
                }
                await progress(.read(type: name, objects: objects))
                let others = above[part.endIndex...]
                if reading.givesUp(after: part, before: others) { return }
            }
        }
        reading.join()
    }

    /// The objects of one list, in the order of their IDs.
    private func ids(
        of walk: GraphResource, _ reading: inout TypeReading
    ) async throws(BackupError) -> [[[UInt8]]] {
        let lister = CollectionReader(
            source: source, store: store, packers: packers, now: now, isKept: false)
        let answer = try await lister.read(
            walk.request(tenant: tenant), of: SelectedResource(walk)
        ) { _ in }
        reading.requests += answer.requests
        reading.waited += answer.waited
        return answer.listing.objects.map { [Array(answer.listing.id(of: $0))] }
    }

    /// Takes one object's part, and returns how many objects it has. An object that is not found has
    /// none.
    private func take(
        _ result: Result<CollectionAnswer, GraphError>, below ids: [[UInt8]],
        _ reading: inout TypeReading
    ) async throws(BackupError) -> Int {
        switch result {
        case .success(let answer):
            try await reading.take(answer, below: ids, in: store)
            return answer.listing.objects.count
        case .failure(let error) where error.kind == .empty || error.kind == .notFound:
            try await reading.take(CollectionAnswer(), below: ids, in: store)
        case .failure(let error):
            reading.note(error, below: ids)
        }
        return 0
    }
}
