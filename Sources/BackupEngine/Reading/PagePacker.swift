import Attribution
import CanonicalJSON
import GitObjects
import GitPack
import GitStore
import GraphCatalog

/// What one page of Graph has become: its objects' names, and the objects themselves, packed.
struct PackedPage: PreparedPage {
    var next: GraphLink?
    /// Whether nothing was packed, because lists inside of objects are not all of them.
    var hasCutLists = false
    /// Objects on the page, those without an ID too; one that came twice counts once.
    var itemCount = 0
    /// How many objects the whole collection has, if the page says.
    var count: Int?
    var listing = Listing()
    /// Blobs of objects without an ID.
    var nameless: [ObjectID] = []
    /// Canonical bytes of the objects, kept only of a type that one file holds.
    var documents: [(id: [UInt8], bytes: [UInt8])] = []
    var chunk = PackChunk()
    var service = Service.graph
    var withheld = 0
    var requests = 0
    var waited = Duration.zero
}

/// Brings pages into canonical form and packs their objects, one page at a time.
actor PagePacker {
    private let thread = OwnThread("tenantkeep.packer")
    private var packer: ChunkPacker

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    init(_ holdings: Holdings) {
        packer = ChunkPacker(holdings)
    }

    /// - Parameter isWhole: lists that were cut have been completed.
    /// - Throws: ``BackupError/source(_:)`` if the page is not proper JSON.
    func pack(
        _ page: GraphPage, of type: PageType, isWhole: Bool
    ) throws(BackupError) -> PackedPage {
        let (page, canonical) = try type.read(page)
        var packed = PackedPage()
        packed.next = page.next(asRead: canonical.nextLink)
        packed.service = type.service
        packed.requests = page.requests
        packed.waited = page.waited
        packed.withheld = canonical.withheld
        (packed.itemCount, packed.count) = (canonical.items.count, canonical.count)
        packed.hasCutLists = canonical.hasCutLists && type.isKept && !isWhole
        if packed.hasCutLists { return packed }
        if !type.isKept {
            list(canonical, type, &packed)
        } else if type.isSingleFile {
            packed.documents = canonical.items.map {
                (Array(canonical.id(of: $0) ?? []), Array(canonical.bytes[$0.bytes]))
            }
        } else {
            pack(canonical, type, &packed)
            noteStatements(page, type, &packed.listing)
        }
        return packed
    }

    /// Before they are dropped: times are no part of the backup.
    private func noteStatements(_ page: GraphPage, _ type: PageType, _ listing: inout Listing) {
        guard let (authorship, idMember, since) = type.statements,
            let root = try? JSONValue(parsing: page.body)
        else { return }
        for object in type.form == .object ? [root] : root["value"]?.array ?? [] {
            guard let id = object[idMember]?.string else { continue }
            let own = AuditEvent.statements(of: object, as: authorship, id: id, since: since)
            guard !own.isEmpty else { continue }
            listing.note(own, of: Array(id.utf8))
            // An object that stands once for each parent.
            listing.note(own, of: type.parent + [UInt8(ascii: "/")] + id.utf8)
        }
    }

    /// Notes the IDs only.
    private func list(_ page: CanonicalPage, _ type: PageType, _ packed: inout PackedPage) {
        for item in page.items {
            var id = page.id(of: item).map { Array($0) }
            if let path = type.idPath {
                let object = try? JSONValue(parsing: Array(page.bytes[item.bytes]))
                id = object?.text(at: path).map { Array($0.utf8) }
            }
            guard let id else { continue }
            let blob = ObjectID(of: .blob, page.bytes.span.extracting(item.bytes))
            packed.listing.append(id: id[...], blob: blob)
        }
    }

    /// Blobs first, then the folders, as readers of a pack like them together.
    private func pack(_ page: CanonicalPage, _ type: PageType, _ packed: inout PackedPage) {
        let blobs = page.items.map { packer.append(.blob, page.bytes.span.extracting($0.bytes)) }
        for (item, blob) in zip(page.items, blobs) {
            if let id = page.id(of: item), !id.isEmpty {
                if type.templates.isEmpty {
                    packed.listing.append(id: id, blob: blob, folder: folder(id, blob, type))
                } else {
                    let object = Array(page.bytes[item.bytes])
                    place(Array(id), blob, object, type, &packed.listing)
                }
            } else {
                packed.nameless.append(blob)
            }
        }
        packed.chunk = packer.finish()
        // Here on every core; what is sorted page by page is soon sorted as a whole.
        let count = packed.listing.objects.count
        packed.listing.sort()
        packed.itemCount -= count - packed.listing.objects.count
    }

    /// Appends an object, and notes where its file stands if its members say.
    private func place(
        _ id: [UInt8], _ blob: ObjectID, _ object: [UInt8], _ type: PageType,
        _ listing: inout Listing
    ) {
        let object = try? JSONValue(parsing: object)
        let parent = String(decoding: type.parent, as: UTF8.self)
        for template in type.templates {
            let path = template.path { name in
                name == FileTemplate.parent ? parent : object?.text(at: name)
            }
            guard let path else { continue }
            let place = template.namesParent ? type.parent + [UInt8(ascii: "/")] + id : id
            listing.append(id: place[...], blob: blob)
            return listing.place(place, at: path.map { Array($0.utf8) })
        }
        listing.append(id: id[...], blob: blob)
    }

    /// The tree that holds nothing but the object's file.
    private func folder(
        _ id: ArraySlice<UInt8>, _ blob: ObjectID, _ type: PageType
    ) -> ObjectID? {
        guard type.isLeaf, FileName.isPlain(id.span) else { return nil }
        return packer.append(.tree, TreeWriter.folder(of: id, blob).span)
    }
}

/// What the packing of a page needs to know of its type.
struct PageType: Sendable {
    let service: Service
    let form: PageReader.Form
    let rules: CanonicalRules
    let isSingleFile: Bool
    /// Whether an object's folder holds nothing else.
    let isLeaf: Bool
    let lastParts: [String]
    /// Where objects stand that have no folders.
    let templates: [FileTemplate]
    /// Whether its objects are backed up; else only their IDs are wanted.
    let isKept: Bool
    /// Where an object's ID is, if that is deeper than ``rules`` looks.
    let idPath: String?
    /// The object of a walked list whose part this is.
    let parent: [UInt8]
    /// Where objects say themselves who made them, and since when that is of interest.
    let statements: (Authorship, idMember: String, since: Moment)?

    /// - Parameters:
    ///   - answer: what the page is part of; a walked list's objects can be a type's whose own answers
    ///     are otherwise.
    ///   - service: who answered; `nil` for the type's own.
    ///   - since: when what objects say of who made them begins to be of interest.
    init(
        _ selected: SelectedResource, _ answer: GraphResource.Answer, of service: Service? = nil,
        isKept: Bool, parent: [UInt8] = [], since: Moment? = nil
    ) {
        let resource = selected.resource
        idPath = resource.idMember.contains(".") ? resource.idMember : nil
        self.parent = parent
        statements = resource.authorship.flatMap { own in
            since.map { (own, resource.idMember, $0) }
        }
        self.service = service ?? resource.service
        form = PageReader.Form(answer)
        rules = CanonicalRules(
            idMember: resource.idMember,
            volatile: resource.volatile + resource.leftOut.flatMap(\.names), sets: resource.sets,
            flags: resource.flags, secrets: resource.secrets,
            reductions: resource.reductions.map {
                CanonicalRules.Reduction(where: $0.member, is: $0.value, dropping: $0.drops)
            })
        lastParts = resource.lastParts
        isSingleFile = resource.isSingleFile
        isLeaf = selected.children.isEmpty && resource.hasFolders
        templates = resource.placement.templates
        self.isKept = isKept
    }
}

extension Placement {
    /// None if each object has a folder of its own, or stands straight below the type's.
    var templates: [FileTemplate] {
        switch self {
        case .folder: []
        case .files(let templates): templates
        }
    }
}

extension JSONValue {
    /// The text or number of the member at a path such as `properties.scope`, or `scopes.0` for the
    /// first element of an array.
    fileprivate func text(at path: String) -> String? {
        var value: JSONValue? = self
        for name in path.split(separator: ".") {
            if let elements = value?.array, let index = Int(name) {
                value = elements.indices.contains(index) ? elements[index] : nil
            } else {
                value = value?[String(name)]
            }
        }
        return value?.string ?? value?.number
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

/// The packers of a run: each page goes to the next one that has nothing to do.
actor PagePackers {
    private var idle: [PagePacker]
    private var waiting: [CheckedContinuation<PagePacker, Never>] = []

    /// - Parameter count: pages packed at the same time.
    init(_ count: Int, _ holdings: Holdings) {
        idle = (0..<max(1, count)).map { _ in PagePacker(holdings) }
    }

    func pack(
        _ page: GraphPage, of type: PageType, isWhole: Bool = false
    ) async throws(BackupError) -> PackedPage {
        let packer = await take()
        defer { giveBack(packer) }
        return try await packer.pack(page, of: type, isWhole: isWhole)
    }

    private func take() async -> PagePacker {
        if let packer = idle.popLast() { return packer }
        return await withCheckedContinuation { waiting.append($0) }
    }

    private func giveBack(_ packer: PagePacker) {
        guard !waiting.isEmpty else { return idle.append(packer) }
        waiting.removeFirst().resume(returning: packer)
    }
}
