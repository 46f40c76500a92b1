import CanonicalJSON
import GitObjects
import GitStore
import GraphCatalog

/// Reads one collection, or one object, into blobs.
struct CollectionReader<Source: GraphSource>: Sendable {
    let source: Source
    let store: GitStore

    /// Reads all pages, from the start again if a page token dies, three times at most.
    ///
    /// - Parameter progress: called after each page with the objects read so far.
    func read(
        _ request: GraphRequest, of resource: GraphResource,
        progress: (Int) async -> Void
    ) async throws(BackupError) -> CollectionAnswer {
        var requests = 0
        for attempt in 1...3 {
            var answer = CollectionAnswer()
            do throws(BackupError) {
                try await read(.first(request), of: resource, into: &answer, progress)
                answer.requests += requests
                return finished(answer, resource)
            } catch {
                guard case .source(let reason) = error, reason.kind == .pageTokenExpired,
                    attempt < 3
                else { throw error }
                requests += answer.requests + 1
            }
        }
        throw .source(GraphError(.pageTokenExpired, "Graph's page tokens expired three times"))
    }

    /// Goes on after a first page that came in a batch.
    func read(
        startingWith page: GraphPage, of request: GraphRequest, _ resource: GraphResource
    ) async throws(BackupError) -> CollectionAnswer {
        var answer = CollectionAnswer()
        try await use(page, request.answer, resource, &answer)
        if let link = page.next {
            try await read(.next(link, of: request), of: resource, into: &answer) { _ in }
        }
        return finished(answer, resource)
    }

    private func read(
        _ target: GraphTarget, of resource: GraphResource, into answer: inout CollectionAnswer,
        _ progress: (Int) async -> Void
    ) async throws(BackupError) {
        var read = answer
        defer { answer = read }
        try await PageFlow(source: source).read(from: target) { page throws(BackupError) in
            try await use(page, target.request.answer, resource, &read)
            await progress(read.objectCount)
        }
    }

    /// Brings a page into canonical form and writes its objects.
    private func use(
        _ page: GraphPage, _ form: GraphResource.Answer, _ resource: GraphResource,
        _ answer: inout CollectionAnswer
    ) async throws(BackupError) {
        let canonical: CanonicalPage
        do throws(JSONError) {
            canonical = try CanonicalPage(page.body, PageReader.Form(form), by: resource.rules)
        } catch {
            let place = error.path.map { " at \($0)" } ?? ""
            throw .source(
                GraphError(
                    .malformed,
                    "Graph's answer is not proper JSON: \(error.reason)\(place), byte \(error.position)"
                ))
        }
        answer.requests += page.requests
        answer.waited += page.waited
        answer.withheld += canonical.withheld
        if resource.isSingleFile {
            for item in canonical.items {
                answer.documents.append(
                    (Array(canonical.id(of: item) ?? []), Array(canonical.bytes[item.bytes])))
            }
            return
        }
        let ids = try await storing { () async throws(GitError) in
            try await store.writeBlobs(canonical.bytes, canonical.items.map(\.bytes))
        }
        try answer.notePage(ids)
        for (item, blob) in zip(canonical.items, ids) {
            if let id = canonical.id(of: item), !id.isEmpty {
                answer.listing.append(id: id, blob: blob)
            } else {
                answer.nameless.append(blob)
            }
        }
    }

    /// Gives objects without an ID the name that stands in for it. Where there are several, each
    /// has its content's hash in it too, so that none is lost.
    private func finished(_ answer: CollectionAnswer, _ resource: GraphResource) -> CollectionAnswer
    {
        var answer = answer
        let name = Array(resource.fallbackID.utf8)
        let nameless = Set(answer.nameless).sorted()
        for blob in nameless {
            let suffix = nameless.count == 1 ? "" : "~\("\(blob)".prefix(16))"
            answer.listing.append(id: name + Array(suffix.utf8), blob: blob)
        }
        answer.listing.removeDuplicates()
        return answer
    }
}

/// What the reading of one collection gave.
struct CollectionAnswer: Sendable {
    var listing = Listing()
    /// Canonical bytes of the objects, kept only of a type that one file holds.
    var documents: [(id: [UInt8], bytes: [UInt8])] = []
    /// Blobs of objects without an ID.
    var nameless: [ObjectID] = []
    private var pages: [Int: Int] = [:]
    private var emptyPages = 0
    var requests = 0
    var waited = Duration.zero
    var withheld = 0

    /// Objects read so far, those read twice counted twice.
    var objectCount: Int { listing.objects.count + nameless.count + documents.count }

    /// Takes note of a page's objects.
    ///
    /// - Throws: if pages only repeat what was there before. An object may come twice and a page may
    ///   be empty, but a list that does so for ever would never end.
    mutating func notePage(_ blobs: [ObjectID]) throws(BackupError) {
        let page = Set(blobs).hashValue
        if blobs.isEmpty { emptyPages += 1 } else { pages[page, default: 0] += 1 }
        guard emptyPages < 1_000, pages[page] ?? 0 < 4 else {
            throw .source(GraphError(.malformed, "Graph's pages go round in circles"))
        }
    }

    /// The objects found. Of a type that one file holds, that file as the only one, under an empty
    /// ID: the object itself, or an array in the order of the IDs if there are several.
    func listing(ofOneFile: Bool, in store: GitStore) async throws(BackupError) -> Listing {
        guard ofOneFile, let first = documents.first else { return listing }
        var bytes = first.bytes
        if documents.count > 1 {
            let sorted = documents.sorted { $0.id.lexicographicallyPrecedes($1.id) }
            let list = Array("[".utf8) + sorted.map(\.bytes).joined(separator: ",".utf8) + [0x5D]
            do throws(JSONError) { bytes = try canonicalized(list) } catch {
                throw .source(GraphError(.malformed, "The answer is too large for one file"))
            }
        }
        let file = bytes
        let blob = try await storing { () async throws(GitError) in
            try await store.write(.blob, file)
        }
        var listing = Listing()
        listing.append(id: [], blob: blob)
        return listing
    }
}

extension PageReader.Form {
    fileprivate init(_ answer: GraphResource.Answer) {
        switch answer {
        case .collection: self = .collection
        case .object: self = .object
        }
    }
}

extension GraphResource {
    /// What the type's declaration says about the form of its objects.
    fileprivate var rules: CanonicalRules {
        CanonicalRules(idMember: idMember, volatile: volatile, sets: sets)
    }
}
