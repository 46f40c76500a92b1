import GitObjects
import GraphCatalog
import YAMLDocument

/// The types that a configuration file adds to the catalog, none of which gets in the way of another
/// type's names and paths.
///
///     customTypes:
///       - name: authenticationStrengths
///         path: policies/authenticationStrengthPolicies
///         folder: Policies/AuthenticationStrengths
///         groups: [Config]
///         permissions: {application: [Policy.Read.All], delegated: [Policy.Read.All]}
struct CustomTypes {
    /// In the order of the file.
    private(set) var resources: [GraphResource] = []
    private let source: ConfigurationSource

    init(_ member: YAMLMember, in source: ConfigurationSource) throws(CommandFailure) {
        self.source = source
        let nodes = try source.elements(of: member, example: "{name: …, path: …, folder: …}")
        for node in nodes {
            let type = try CustomType(TypeWords(node, in: source))
            let known = GraphResource.all + resources
            try refuseTakenNames(of: type, known)
            try refuseTakenFolder(of: type, known)
            resources.append(type.resource)
        }
    }

    private func refuseTakenNames(
        of type: CustomType, _ known: [GraphResource]
    ) throws(CommandFailure) {
        let others = known.flatMap(\.family)
        let names = Set(others.map { $0.name.lowercased() })
        let groups = Set(others.flatMap(\.groups).map { $0.lowercased() })
        for member in type.family {
            let name = member.resource.name
            if names.contains(name.lowercased()) {
                throw source.wrong(member.nameLine, "there is a type \(name) already")
            }
            if groups.contains(name.lowercased()) {
                throw source.wrong(member.nameLine, "there is a group of types \(name) already")
            }
        }
    }

    private func refuseTakenFolder(
        of type: CustomType, _ known: [GraphResource]
    ) throws(CommandFailure) {
        let folder = type.resource.folder
        guard let other = known.first(where: { overlap(folder, $0.folder) }) else { return }
        let isSame = folded(folder) == folded(other.folder)
        throw source.wrong(
            type.folderLine,
            isSame
                ? "the folder \(folder) is that of the type \(other.name)"
                : "the folder \(folder) and the folder \(other.folder) of the type \(other.name) "
                    + "lie in one another",
            hint: "Choose a folder that no other type has.")
    }
}

/// One type of a configuration file, with the lines of what others may have taken.
struct CustomType {
    let resource: GraphResource
    let nameLine: Int
    let folderLine: Int
    let children: [CustomType]

    /// This type and everything below it.
    var family: [CustomType] { [self] + children.flatMap(\.family) }

    init(_ words: TypeWords, below parent: TypeWords.Parent? = nil) throws(CommandFailure) {
        let children = try Self.children(of: words, below: parent)
        resource = try GraphResource(words, below: parent, children: children.map(\.resource))
        nameLine = words.line(of: .name)
        folderLine = words.line(of: .folder)
        self.children = children
    }

    private static func children(
        of words: TypeWords, below parent: TypeWords.Parent?
    ) throws(CommandFailure) -> [CustomType] {
        let nodes = try words.elements(.children)
        guard !nodes.isEmpty else { return [] }
        let above = try words.asParent(below: parent)
        var children: [CustomType] = []
        for node in nodes {
            let child = try CustomType(TypeWords(node, in: words.source), below: above)
            let folder = child.resource.folder
            if children.contains(where: { overlap(folder, $0.resource.folder) }) {
                throw words.source.wrong(
                    child.folderLine,
                    "the folder \"\(folder)\" and that of another child lie in one another")
            }
            if children.contains(where: { $0.resource.name == child.resource.name }) {
                throw words.source.wrong(
                    child.nameLine, "there is a child \(child.resource.name) already")
            }
            children.append(child)
        }
        return children
    }
}

extension GraphResource {
    /// The words of the configuration are those of the catalog: one line each.
    fileprivate init(
        _ words: TypeWords, below parent: TypeWords.Parent?, children: [GraphResource]
    ) throws(CommandFailure) {
        try words.refuseWordsOfLists()
        self.init(
            try words.name(below: parent),
            service: try words.service(below: parent),
            version: try words.version(below: parent),
            path: try words.path(below: parent),
            answer: try words.choice(.answer) ?? .collection,
            rows: try words.rows(),
            folder: try words.folder(below: parent),
            placement: try words.placement(below: parent),
            walks: try words.walks(below: parent),
            groups: try words.groups(below: parent),
            permissions: try words.permissions(below: parent),
            appOnly: try words.text(.appOnly),
            bucket: try words.bucket(below: parent),
            cost: try words.number(.cost, in: 1...100) ?? 1,
            select: try words.select(),
            filter: try words.filter(below: parent),
            expand: try words.text(.expand),
            top: try words.number(.top, in: 1...999),
            isAdvanced: try words.isOn(.isAdvanced) ?? false,
            headers: try words.headers(),
            unavailable: try words.texts(.unavailable),
            empty: try words.texts(.empty),
            idMember: try words.text(.idMember) ?? "id",
            lastParts: try words.memberPaths(.lastParts),
            volatile: try words.memberPaths(.volatile),
            secrets: try words.memberPaths(.secrets),
            sets: try words.memberPaths(.sets),
            flags: try words.memberPaths(.flags),
            auditActivities: try words.texts(.auditActivities),
            auditNouns: try words.auditNouns(),
            evidence: try words.evidence(below: parent),
            audit: try words.audit(below: parent),
            auditIDs: try words.memberPaths(.auditIDs),
            actorID: try words.text(.actorID),
            authorship: try words.authorship(),
            children: children)
    }
}

extension GraphResource {
    /// A list that is read for its objects' parts alone.
    ///
    /// - Parameter owner: the type they are parts of.
    init(list words: TypeWords, of owner: TypeWords.Parent) throws(CommandFailure) {
        try words.refuseWordsOfTypes()
        self.init(
            try words.name(below: nil),
            service: try words.service(below: nil),
            version: try words.version(below: owner),
            path: try words.path(below: nil),
            rows: try words.rows(),
            folder: "",
            walks: try words.lists(of: owner),
            isPart: try words.isOn(.isPart) ?? false,
            partFilter: try words.text(.partFilter),
            idForm: try words.text(.idForm),
            groups: [],
            permissions: try words.permissions(below: owner),
            bucket: try words.bucket(below: nil),
            cost: try words.number(.cost, in: 1...100) ?? 1,
            select: try words.select(),
            filter: try words.filter(below: nil),
            expand: try words.text(.expand),
            top: try words.number(.top, in: 1...999),
            isAdvanced: try words.isOn(.isAdvanced) ?? false,
            headers: try words.headers(),
            idMember: try words.text(.idMember) ?? "id")
    }
}

/// Whether two folders are one, or one lies in the other, on some file system.
private func overlap(_ one: String, _ other: String) -> Bool {
    let (one, other) = (folded(one), folded(other))
    return one.starts(with: other) || other.starts(with: one)
}

private func folded(_ folder: String) -> [String] {
    folder.split(separator: "/").map { FileName(Array($0.utf8)).folded }
}
