/// The entries of a collection that a query is about, found by position.
///
/// What a seed makes is not made to be looked at: its few shapes are asked instead, and only if they
/// cannot answer is an object made.
struct Candidates {
    private let listing: Listing
    private let query: Query
    private let read: CollectionRead
    /// Positions in the order of the answer; `nil` if that is the order of the collection.
    private let order: [Int]?
    /// Whether objects of a shape fit; `nil` where that depends on the object.
    private let verdicts: [Bool?]
    private let templates: [Template]

    var isGenerated: Bool { listing.generated != nil }

    init(_ listing: Listing, query: Query, read: CollectionRead) {
        self.listing = listing
        self.query = query
        self.read = read
        if let generated = listing.generated {
            let generator = generated.generator
            let shapes = generated.kind == .user || generated.kind == .group ? 3 : 1
            verdicts = (0..<shapes).map { variant in
                query.filter.map {
                    $0.verdict(
                        on: GeneratedText.object(
                            generated.kind, variant: variant, domain: generator.domain))
                } ?? true
            }
            templates = (0..<shapes).map {
                generator.template(generated.kind, $0, read.projection, tenant: read.tenant)
            }
        } else {
            verdicts = []
            templates = []
        }
        order = Self.order(listing, query)
    }

    private static func order(_ listing: Listing, _ query: Query) -> [Int]? {
        if let named = query.filter?.namedIDs {
            return named.compactMap(listing.index(of:)).sorted()
        }
        guard let order = query.orderBy.first else { return nil }
        let keyed = (0..<listing.endIndex).compactMap { index in
            listing[index].map { (index: index, key: $0.found(order.path)?.string ?? "") }
        }
        let sorted = keyed.sorted { left, right in
            if left.key == right.key { return left.index < right.index }
            return order.isDescending ? left.key > right.key : left.key < right.key
        }
        return sorted.map(\.index)
    }

    private var endIndex: Int { order?.count ?? listing.endIndex }

    /// Returns the positions in the collection of one page's entries, and where the next begins.
    func page(from start: Int, size: Int) -> (indices: [Int], next: Int?) {
        var indices: [Int] = []
        var position = start
        while position < endIndex {
            let index = order?[position] ?? position
            if fits(index) {
                if indices.count == size { return (indices, position) }
                indices.append(index)
            }
            position += 1
        }
        return (indices, nil)
    }

    func last(before start: Int) -> Int? {
        (0..<min(start, endIndex)).reversed().map { order?[$0] ?? $0 }.first(where: fits)
    }

    var count: Int { (0..<endIndex).count { fits(order?[$0] ?? $0) } }

    /// The object generated for a position, unless a change lies over it.
    private func generated(_ index: Int) -> (kind: Generator.Kind, index: Int)? {
        // A relation differs from object to object: its holder is made in full.
        guard read.projection.expand.allSatisfy({ $0.name == "extensions" }),
            let generated = listing.generated, index < generated.count,
            listing.overlay?.changed[index] == nil, listing.overlay?.removed.contains(index) != true
        else { return nil }
        guard generated.parent != nil else { return (generated.kind, index) }
        guard !read.masked.contains("user") else { return nil }
        let user = generated.userIndex(index)
        let changes = read.tenant.overlays[TenantPath("users")]
        guard changes?.changed[user] == nil, changes?.removed.contains(user) != true else {
            return nil
        }
        return (.user, user)
    }

    private func fits(_ index: Int) -> Bool {
        if let (kind, number) = generated(index), let generator = listing.generated?.generator,
            let verdict = verdicts[generator.variant(kind, number)]
        {
            return verdict
        }
        guard let (object, entity) = resolved(index), !read.leavesOut(entity) else { return false }
        return query.filter?.matches(object) ?? true
    }

    /// The object at a position; of a reference the one it stands for, if that is still there.
    private func resolved(_ index: Int) -> (object: JSON, entity: String)? {
        guard let item = listing[index] else { return nil }
        if let id = item.text { return read.tenant.directoryObject(id) }
        let type = item["@odata.type"]?.string?.split(separator: ".").last.map(String.init)
        let isReference = read.route.type.shape == .references
        return (item, isReference ? type ?? "directoryObject" : read.route.type.entity)
    }

    /// Writes one entry as the request sees it.
    func write(_ index: Int, to output: inout [UInt8]) {
        if let (kind, number) = generated(index), let generator = listing.generated?.generator {
            templates[generator.variant(kind, number)].render(generator, kind, number, to: &output)
            return
        }
        guard let found = resolved(index) else { return }
        var shown = read.cut(
            read.projection.show(
                found.object, entity: found.entity, in: read.tenant, at: read.route.path),
            of: found.object)
        if read.masked.contains(found.entity) { shown = shown.masked }
        read.disorder.apply(to: read.dialect.apply(to: shown), salt: index).write(to: &output)
    }
}

extension Filter {
    /// Whether all objects of a shape fit, or none; `nil` if it depends on what fills the holes.
    fileprivate func verdict(on shape: JSON) -> Bool? {
        let hasHoles = paths.contains { path in
            let value = path.first.flatMap { shape.found([$0]) }
            return value?.compact.contains("{{") ?? false
        }
        return hasHoles ? nil : matches(shape)
    }

    /// The IDs named by a filter that does nothing but name IDs.
    fileprivate var namedIDs: [JSONText]? {
        switch self {
        case .compare(["id"], .eq, .text(let id)): return [JSONText(id)]
        case .oneOf(["id"], let literals):
            return literals.compactMap {
                if case .text(let id) = $0 { JSONText(id) } else { nil }
            }
        case .or(let left, let right):
            guard let left = left.namedIDs, let right = right.namedIDs else { return nil }
            return left + right.filter { !left.contains($0) }
        default: return nil
        }
    }
}
