import Attribution
import CanonicalJSON
import FoundationEssentials
import GitObjects
import GitStore
import GraphCatalog

/// Reads all chosen types of a tenant into blobs.
///
/// A type that fails is noted as failed; only a refused sign-in and a failing repository end the
/// reading as a whole.
struct TenantReader<Source: GraphSource>: Sendable {
    let source: Source
    let store: GitStore
    let packers: PagePackers
    let tenant: String
    let now: @Sendable () -> Date
    let progress: @Sendable (BackupEvent) async -> Void
    /// Objects by type in the last record.
    let previousCounts: [String: Int]
    /// By type, lists that were left out in the last record.
    let leftOut: [String: [String]]
    /// Objects of walked lists that the last backup has parts of.
    var parents = WalkedParents()
    /// Types that the last run could not read. They are read first: if the time ends too early
    /// every day, it is not always the same types that are kept.
    var previouslyKept: Set<String> = []
    /// By the names of logs, since when it is of interest who made what these tell of.
    var interest: [String: Moment] = [:]
    /// By type, optional members that were read in the last record.
    var previousMembers: [String: [String]] = [:]

    /// Root types read at the same time. The source's limiters decide how fast each goes.
    private static var width: Int { 6 }

    /// Batches of children of one type under way at the same time: enough that the service's limit
    /// is felt before its latency, up to a second.
    private static var batches: Int { 40 }

    /// Returns one reading for each type and child, parents before their children, in the order of
    /// `selection`.
    func read(_ selection: [SelectedResource]) async throws(BackupError) -> [TypeReading] {
        let result = await withTaskGroup(
            of: (Int, Result<[TypeReading], BackupError>).self
        ) { group -> Result<[Int: [TypeReading]], BackupError> in
            let order =
                selection.indices.filter { wasKept(selection[$0]) }
                + selection.indices.filter { !wasKept(selection[$0]) }
            for index in order.prefix(Self.width) {
                group.addTask { (index, await family(of: selection[index])) }
            }
            var others = order.dropFirst(Self.width)
            var families: [Int: [TypeReading]] = [:]
            while let (index, ended) = await group.next() {
                switch ended {
                case .success(let readings): families[index] = readings
                case .failure(let error):
                    // From here on the others fail, too, but only because they are cancelled.
                    group.cancelAll()
                    return .failure(error)
                }
                guard let next = others.popFirst() else { continue }
                group.addTask { (next, await family(of: selection[next])) }
            }
            return .success(families)
        }
        if Task.isCancelled { throw .interrupted }
        let families = try result.get()
        var readings: [TypeReading] = []
        for index in selection.indices {
            let offset = readings.count
            readings += (families[index] ?? []).map { $0.moved(by: offset) }
        }
        return readings
    }

    /// Whether the last run could not read the type, or one below it.
    private func wasKept(_ selected: SelectedResource) -> Bool {
        selected.types.contains { previouslyKept.contains($0.name) }
    }

    private func family(of selected: SelectedResource) async -> Result<[TypeReading], BackupError> {
        do throws(BackupError) {
            return .success(try await readFamily(of: selected))
        } catch {
            return .failure(error)
        }
    }

    /// Reads a root type, then its children.
    func readFamily(of selected: SelectedResource) async throws(BackupError) -> [TypeReading] {
        var family = [try await readRoot(selected)]
        try await readChildren(of: 0, in: &family)
        return family.inOrder(of: selected.types.map(\.name))
    }

    private func readRoot(_ selected: SelectedResource) async throws(BackupError) -> TypeReading {
        let resource = selected.resource
        await progress(.began(type: resource.name, previous: previousCounts[resource.name]))
        var reading = TypeReading(
            selected, leftOut: leftOut[resource.name] ?? [],
            parents: parents.types[resource.name] ?? [:])
        guard resource.walks.isEmpty else {
            try await readParts(of: &reading)
            return reading
        }
        do throws(BackupError) {
            let members = try await membersBesides(&reading)
            let separate = try await separateMembers(&reading)
            let answer = try await readList(&reading, members, separate)
            try await reading.take(answer, below: [], in: store)
            if resource.countsUsers { await source.expect(users: answer.objectCount) }
        } catch {
            let reason = try error.ofOneType.asDeclared(by: resource)
            reading.requests += reason.requests
            switch reason.kind {
            case .empty: try await reading.take(CollectionAnswer(), below: [], in: store)
            case .notFound: try await readKnown(&reading, insteadOf: reason)
            default: reading.failure = reason
            }
        }
        return reading
    }

    /// Reads the objects of a root type. A selected member that the service does not have is left out
    /// and noted.
    private func readList(
        _ reading: inout TypeReading, _ members: [String], _ separate: SeparateMembers
    ) async throws(BackupError) -> CollectionAnswer {
        let (resource, selected) = (reading.resource, reading.selected)
        var reader = reader
        reader.separate = separate
        var unknown: Set<String> = []
        while true {
            let request = resource.request(
                tenant: tenant, narrowing: selected.filter, members: members, without: unknown)
            do throws(BackupError) {
                return try await reader.read(request, of: selected) {
                    await progress(.read(type: resource.name, objects: $0))
                }
            } catch {
                let reason = try error.ofOneType
                guard case .unknownMember(let name) = reason.kind,
                    (resource.select + members).contains(name), unknown.insert(name).inserted
                else { throw error }
                reading.requests += reason.requests
                reading.optional.note(name, isRead: false)
                try refuseIfLost(reading)
            }
        }
    }

    /// Reads the objects of a list that is not found, each by its known ID. That others are missing
    /// then says nothing.
    private func readKnown(
        _ reading: inout TypeReading, insteadOf list: GraphError
    ) async throws(BackupError) {
        var objects = CollectionAnswer()
        for id in reading.resource.knownIDs {
            let chain = [(reading.resource, Array(id.utf8))]
            guard let request = GraphResource.request(of: chain, tenant: tenant) else { continue }
            do throws(BackupError) {
                objects.add(try await reader.read(request, of: reading.selected) { _ in })
            } catch {
                let reason = try error.ofOneType
                reading.requests += reason.requests
                guard reason.kind == .notFound else {
                    reading.failure = reason
                    return
                }
            }
        }
        guard objects.objectCount > 0 else {
            reading.failure = list
            return
        }
        objects.listing.sort()
        await progress(.read(type: reading.resource.name, objects: objects.objectCount))
        try await reading.take(objects, below: [], in: store)
        reading.noteOwnList(list)
    }

    var reader: CollectionReader<Source> {
        CollectionReader(
            source: source, store: store, packers: packers, now: now, interest: interest)
    }

    // MARK: Children

    private func readChildren(
        of parent: Int, in family: inout [TypeReading]
    ) async throws(BackupError) {
        let children = family[parent].selected.children
        for child in children.filter(wasKept) + children.filter({ !wasKept($0) }) {
            var reading = TypeReading(child, ancestors: family[parent].ancestors + [parent])
            reading.failure = family[parent].failure.map {
                GraphError(
                    $0.kind, "\(family[parent].resource.name) could not be read: \($0.reason)")
            }
            if reading.failure == nil {
                try await read(&reading, of: &family)
            }
            family.append(reading)
            try await readChildren(of: family.count - 1, in: &family)
        }
    }

    private func read(
        _ reading: inout TypeReading, of family: inout [TypeReading]
    ) async throws(BackupError) {
        guard let parent = reading.ancestors.last else { return }
        let name = reading.resource.name
        await progress(.began(type: name, previous: previousCounts[name]))
        let above = family[parent].listings.flatMap { key, listing in
            listing.objects.map { key + [Array(listing.id(of: $0))] }
        }
        let chain = reading.ancestors.map { family[$0].resource }
        var objects = 0
        try await readBatches(above, below: chain, reading.selected) {
            (results) async throws(BackupError) -> Bool in
            var missing: [[[UInt8]]] = []
            for (ids, result) in results {
                switch result {
                case .success(let answer):
                    objects += answer.listing.objects.count
                    try await reading.take(answer, below: ids, in: store)
                case .failure(let error) where error.kind == .empty:
                    try await reading.take(CollectionAnswer(), below: ids, in: store)
                case .failure(let error) where error.kind == .notFound:
                    reading.requests += error.requests
                    missing.append(ids)
                case .failure(let error):
                    reading.note(error, below: ids)
                }
            }
            try await readAgain(missing, below: chain, &reading, &family[parent])
            await progress(.read(type: name, objects: objects))
            return reading.goesOn(after: results.map(\.ids))
        }
        reading.giveUp(all: above)
    }

    /// An object that was listed and below which nothing is found was deleted meanwhile, or has not
    /// reached every server yet: both are asked for once more. Only if neither is found it is
    /// believed to be deleted.
    private func readAgain(
        _ missing: [[[UInt8]]], below chain: [GraphResource], _ reading: inout TypeReading,
        _ parent: inout TypeReading
    ) async throws(BackupError) {
        for ids in missing {
            let request = reading.resource.request(below: Array(zip(chain, ids)), tenant: tenant)
            do throws(BackupError) {
                let answer = try await reader.read(request, of: reading.selected) { _ in }
                try await reading.take(answer, below: ids, in: store)
            } catch {
                let reason = try error.ofOneType
                let own = GraphResource.request(of: Array(zip(chain, ids)), tenant: tenant)
                if reason.kind == .notFound, let id = ids.last, let own, try await isMissing(own) {
                    reading.requests += reason.requests + 1
                    parent.listings[Array(ids.dropLast())]?.remove([id])
                } else {
                    reading.note(reason, below: ids)
                }
            }
        }
    }

    /// Whether Graph says that there is no such object.
    func isMissing(_ request: GraphRequest) async throws(BackupError) -> Bool {
        do throws(GraphError) {
            _ = try await source.page(.first(request)) { _ in }
            return false
        } catch {
            guard error.kind != .signInRefused else { throw .source(error) }
            return error.kind == .notFound
        }
    }

    typealias Below = (ids: [[UInt8]], Result<CollectionAnswer, GraphError>)

    /// Reads the children of many objects, 20 a batch, and hands over each batch as it comes.
    ///
    /// - Parameter use: returns whether to go on.
    func readBatches(
        _ above: [[[UInt8]]], below chain: [GraphResource], _ selected: SelectedResource,
        isKept: Bool = true, use: ([Below]) async throws(BackupError) -> Bool
    ) async throws(BackupError) {
        let result = await withTaskGroup(of: Result<[Below], BackupError>.self) {
            group -> Result<Void, BackupError> in
            let parts = stride(from: 0, to: above.count, by: 20).map {
                Array(above[$0..<min($0 + 20, above.count)])
            }
            for part in parts.prefix(Self.batches) {
                group.addTask { await batch(part, below: chain, selected, isKept: isKept) }
            }
            var others = parts.dropFirst(Self.batches)
            defer { group.cancelAll() }
            while let results = await group.next() {
                do throws(BackupError) {
                    guard try await use(try results.get()) else { break }
                } catch {
                    return .failure(error)
                }
                guard let part = others.popFirst() else { continue }
                group.addTask { await batch(part, below: chain, selected, isKept: isKept) }
            }
            return .success(())
        }
        try result.get()
    }

    private func batch(
        _ above: [[[UInt8]]], below chain: [GraphResource], _ selected: SelectedResource,
        isKept: Bool
    ) async -> Result<[Below], BackupError> {
        let requests = above.map {
            selected.resource.request(below: Array(zip(chain, $0)), tenant: tenant)
        }
        let pages: [Result<GraphPage, GraphError>]
        do throws(GraphError) { pages = try await source.batch(requests) } catch {
            guard error.kind != .signInRefused else { return .failure(.source(error)) }
            var same = error
            same.requests = 0
            // The exchange was one, whatever it was about.
            return .success(
                above.enumerated().map { ($1, .failure($0 == 0 ? error : same)) })
        }
        // An answer too few would read as a deletion.
        precondition(pages.count == requests.count)
        var below: [Below] = []
        var reader = reader
        reader.isKept = isKept
        for (index, page) in pages.enumerated() {
            do throws(BackupError) {
                let page = try page.mapError(BackupError.source).get()
                reader.parent = above[index].last ?? []
                let answer = try await reader.read(
                    startingWith: page, of: requests[index], selected)
                below.append((above[index], .success(answer)))
            } catch {
                guard let reason = try? error.ofOneType else { return .failure(error) }
                below.append((above[index], .failure(reason)))
            }
        }
        return .success(below)
    }
}

extension GraphError {
    /// What the error means for a type that app-only sign-in cannot read whatever it is granted.
    fileprivate func asDeclared(by resource: GraphResource) -> GraphError {
        guard kind == .notPermitted, let why = resource.appOnly else { return self }
        return GraphError(
            .notAvailable, "App-only sign-in cannot read it: \(why)", requests: requests)
    }
}

extension BackupError {
    /// The error, if it concerns no more than the type being read; else it is thrown on.
    var ofOneType: GraphError {
        get throws(BackupError) {
            guard case .source(let reason) = self, reason.kind != .signInRefused else { throw self }
            return reason
        }
    }
}
