import Attribution
import CanonicalJSON
import FoundationEssentials
import GitObjects
import GitPack
import GitStore
import GraphCatalog

/// Reads one collection, or one object, into blobs.
struct CollectionReader<Source: GraphSource>: Sendable {
    let source: Source
    let store: GitStore
    let packers: PagePackers
    /// Tells when a page was read.
    let now: @Sendable () -> Date
    /// Whether what is read is backed up; else only the IDs are wanted.
    var isKept = true
    /// By the names of logs, since when it is of interest who made what these tell of.
    var interest: [String: Moment] = [:]
    /// The object of a walked list whose part is read.
    var parent: [UInt8] = []
    /// Members of the objects that were read before.
    var separate = SeparateMembers()

    /// Reads all pages, from the start again if a page token dies, three times at most, or once if
    /// there are fewer objects than the service counts.
    ///
    /// - Parameters:
    ///   - wasShort: it has been read once, and there were fewer.
    ///   - progress: called after each page with the objects read so far.
    func read(
        _ request: GraphRequest, of selected: SelectedResource, wasShort: Bool = false,
        progress: (Int) async -> Void
    ) async throws(BackupError) -> CollectionAnswer {
        var requests = 0
        var waited = Duration.zero
        var wasShort = wasShort
        for attempt in 1...3 {
            var answer = CollectionAnswer(after: requests, waited)
            do throws(BackupError) {
                try await read(.first(request), of: selected, into: &answer, progress)
                answer = finished(answer, selected.resource)
                guard let shortage = answer.shortage(isKept: isKept) else { return answer }
                guard !wasShort, attempt < 3 else { throw .source(shortage.of(request.service)) }
                wasShort = true
                (requests, waited) = (answer.requests, answer.waited)
            } catch {
                let reason = try error.ofOneType(after: answer)
                guard reason.kind == .pageTokenExpired, attempt < 3 else { throw .source(reason) }
                (requests, waited) = (reason.requests, answer.waited)
            }
        }
        throw .source(
            GraphError(
                .pageTokenExpired, "\(request.service.name)'s page tokens expired three times"))
    }

    /// Goes on after a first page that came in a batch; from the start again, on its own, if a page
    /// token dies, the page is none or there are fewer objects than the service counts.
    func read(
        startingWith page: GraphPage, of request: GraphRequest, _ selected: SelectedResource
    ) async throws(BackupError) -> CollectionAnswer {
        var answer = CollectionAnswer()
        do throws(BackupError) {
            let first = try await packed(page, of: type(selected, request), request)
            try await use(first, &answer)
            if let link = first.next {
                try await read(.next(link, of: request), of: selected, into: &answer) { _ in }
            }
            answer = finished(answer, selected.resource)
            guard answer.shortage(isKept: isKept) != nil else { return answer }
            var again = try await read(request, of: selected, wasShort: true) { _ in }
            again.requests += answer.requests
            again.waited += answer.waited
            return again
        } catch {
            let reason = try error.ofOneType(after: answer)
            guard [.pageTokenExpired, .malformed].contains(reason.kind) else {
                throw .source(reason)
            }
            var again = try await read(request, of: selected) { _ in }
            again.requests += reason.requests
            return again
        }
    }

    private func read(
        _ target: GraphTarget, of selected: SelectedResource, into answer: inout CollectionAnswer,
        _ progress: (Int) async -> Void
    ) async throws(BackupError) {
        var read = answer
        defer { answer = read }
        let type = type(selected, target.request)
        let flow = PageFlow(source: source) { page throws(BackupError) in
            try await packed(page, of: type, target.request)
        }
        try await flow.read(from: target) { page throws(BackupError) in
            try await use(page, &read)
            await progress(read.objectCount)
        }
    }

    /// Noted when it has arrived: what happened later had no part in it.
    private func packed(
        _ page: GraphPage, of type: PageType, _ request: GraphRequest
    ) async throws(BackupError) -> PackedPage {
        let read = now()
        let page = try await separate.joined(to: page, by: source)
        var packed = try await packers.pack(page, of: type)
        if packed.hasCutLists {
            let lists = CutLists(source: source, request: request)
            packed = try await packers.pack(
                try await lists.completed(page), of: type, isWhole: true)
        }
        packed.listing.noteRead(at: read)
        return packed
    }

    private func type(_ selected: SelectedResource, _ request: GraphRequest) -> PageType {
        PageType(
            selected, request.answer, of: request.service, isKept: isKept, parent: parent,
            since: interest[selected.resource.audit.name])
    }

    /// Writes the objects of a page.
    private func use(
        _ page: PackedPage, _ answer: inout CollectionAnswer
    ) async throws(BackupError) {
        if page.chunk.count > 0 {
            try await storing { () async throws(GitError) in try await store.append(page.chunk) }
        }
        try answer.take(page)
    }

    /// Gives objects without an ID the name that stands in for it. Where there are several, or
    /// can be in the parts of a walked type, each has its content's hash in it too, so that none is
    /// lost.
    private func finished(_ answer: CollectionAnswer, _ resource: GraphResource) -> CollectionAnswer
    {
        var answer = answer
        let name = Array(resource.fallbackID.utf8)
        let nameless = Set(answer.nameless).sorted()
        for blob in nameless {
            let isAlone = nameless.count == 1 && resource.walks.isEmpty
            let suffix = isAlone ? "" : "~\("\(blob)".prefix(16))"
            answer.listing.append(id: (name + Array(suffix.utf8))[...], blob: blob)
        }
        let count = answer.listing.objects.count
        answer.listing.sort()
        answer.repeatedCount = count - answer.listing.objects.count
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
    private var pages: [UInt64: Int] = [:]
    private var emptyPages = 0
    /// Objects read, those read twice counted twice.
    private var itemCount = 0
    /// Objects of the listing that came more than once, once it is sorted.
    fileprivate var repeatedCount = 0
    /// How many objects the service said there are, the last time that it did.
    private var count: Int?
    var requests: Int
    var waited: Duration
    var withheld = 0

    /// - Parameters:
    ///   - requests: those of earlier attempts.
    ///   - waited: in earlier attempts.
    init(after requests: Int = 0, _ waited: Duration = .zero) {
        self.requests = requests
        self.waited = waited
    }

    /// Objects read so far, those read twice counted twice.
    var objectCount: Int { listing.objects.count + nameless.count + documents.count }

    /// Adds a page's objects.
    ///
    /// - Throws: if pages only repeat what was there before.
    mutating func take(_ page: PackedPage) throws(BackupError) {
        requests += page.requests
        waited += page.waited
        withheld += page.withheld
        documents += page.documents
        nameless += page.nameless
        listing.append(page.listing)
        itemCount += page.itemCount
        count = page.count ?? count
        try note(page)
    }

    /// Fewer objects than the service counts in the collection.
    struct Shortage: Sendable {
        let count: Int
        let found: Int

        func of(_ service: Service) -> GraphError {
            GraphError(
                .unavailable,
                "\(service.name) counts \(count) objects and listed \(found), in two readings")
        }
    }

    /// What is missing of a collection that has been read to its end. More than the count may have been
    /// created meanwhile.
    ///
    /// - Parameter isKept: objects are told apart by their IDs.
    func shortage(isKept: Bool) -> Shortage? {
        guard let count else { return nil }
        let withID = documents.lazy.filter { !$0.id.isEmpty }.map(\.id)
        let repeated = repeatedCount + withID.count - Set(withID).count
        let found = itemCount - (isKept ? repeated : 0)
        return found < count ? Shortage(count: count, found: found) : nil
    }

    /// Adds the objects of another answer.
    mutating func add(_ other: CollectionAnswer) {
        requests += other.requests
        waited += other.waited
        withheld += other.withheld
        documents += other.documents
        listing.append(other.listing)
    }

    /// An object may come twice and a page may be empty, but a list that does so for ever would
    /// never end. A page is known again by the sum of its objects' hashes, in whatever order.
    private mutating func note(_ page: PackedPage) throws(BackupError) {
        let blobs = page.listing.objects.map(\.blob) + page.nameless
        let documents = page.documents.map { UInt64(truncatingIfNeeded: $0.bytes.hashValue) }
        let sum = blobs.reduce(documents.reduce(0, &+)) { $0 &+ $1.high }
        if blobs.isEmpty, documents.isEmpty {
            emptyPages += 1
        } else {
            pages[sum, default: 0] += 1
        }
        guard emptyPages < 1_000, pages[sum] ?? 0 < 4 else {
            throw .source(.circle(of: page.service))
        }
    }

    /// The objects found. Of a type that one file holds, that file as the only one, under an empty
    /// ID: the object itself, or an array in the order of the IDs if there are several.
    func listing(ofOneFile: Bool, in store: GitStore) async throws(BackupError) -> Listing {
        let documents = distinctDocuments
        guard ofOneFile, let first = documents.first else { return listing }
        var bytes = first
        if documents.count > 1 {
            let list = Array("[".utf8) + documents.joined(separator: ",".utf8) + [0x5D]
            do throws(JSONError) { bytes = try canonicalized(list) } catch {
                throw .source(GraphError(.malformed, "The answer is too large for one file"))
            }
        }
        let file = bytes
        let blob = try await storing { () async throws(GitError) in
            try await store.write(.blob, file)
        }
        var listing = Listing()
        listing.append(id: [][...], blob: blob)
        if let read = self.listing.lastRead { listing.noteRead(at: read) }
        return listing
    }

    /// In the order of their IDs. Of an object read twice the later one is left; objects without an
    /// ID are told apart by what they hold.
    var distinctDocuments: [[UInt8]] {
        let distinct = Dictionary(documents.map { ($0.id.isEmpty ? $0.bytes : $0.id, $0) }) { $1 }
        return distinct.values.sorted {
            $0.id == $1.id
                ? $0.bytes.lexicographicallyPrecedes($1.bytes)
                : $0.id.lexicographicallyPrecedes($1.id)
        }.map(\.bytes)
    }
}

extension GraphError {
    /// Pages that would never end.
    static func circle(of service: Service) -> GraphError {
        GraphError(.malformed, "\(service.name)'s pages go round in circles")
    }
}

extension BackupError {
    /// The error, if it concerns no more than the type being read, with the requests before it;
    /// else it is thrown on.
    fileprivate func ofOneType(after answer: CollectionAnswer) throws(BackupError) -> GraphError {
        var reason = try ofOneType
        reason.requests += answer.requests
        return reason
    }
}
