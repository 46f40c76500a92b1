/// One of the things that are compared, each a process of its own.
enum Subject: String, Codable, CaseIterable {
    case firstBackup, unchanged, onePercent, overHTTP, gitAdd, fastImport, blobsAlone

    var title: String {
        switch self {
        case .firstBackup: "tenantkeep, first backup from recorded pages"
        case .unchanged: "tenantkeep, the same again, nothing changed"
        case .onePercent: "tenantkeep, 1 % changed by \(Comparison.authors) authors"
        case .overHTTP: "`tenantkeep backup` over HTTP, first backup"
        case .gitAdd: "`git add -A` and `git commit` (files already written)"
        case .fastImport: "`git fast-import` (finished blobs, one commit, the tree)"
        case .blobsAlone: "`git fast-import` of the blobs alone, no commit, no tree"
        }
    }
}

extension Subject {
    /// What it is called in a sentence.
    var name: String {
        switch self {
        case .firstBackup: "the first backup"
        case .unchanged: "the unchanged run"
        case .onePercent: "1 % changed"
        case .overHTTP: "over HTTP"
        case .gitAdd: "git add and commit"
        case .fastImport: "git fast-import"
        case .blobsAlone: "git fast-import of blobs alone"
        }
    }
}

/// One measurement of a subject.
struct Sample: Codable {
    let usage: Usage
    /// The repository afterwards.
    let repository: FolderSize
    /// Processor time of the simulator that answered, seconds.
    var simulatorCPU: Double?
    /// Objects that came into the repository, by kind.
    var newObjects: [String: Int]?
    /// Commits that came onto the branch.
    var newCommits: Int?
    /// Bytes that came into the repository.
    var bytesAdded: Int?
    /// Bytes in the new pack of the largest tree in it: a changed folder's tree, whole.
    var largestTree: Int?
}

/// All measurements of a subject.
struct Row: Codable {
    let subject: Subject
    private(set) var samples: [Sample] = []

    init(_ subject: Subject) {
        self.subject = subject
    }

    mutating func add(_ sample: Sample) { samples.append(sample) }

    /// The median of a figure.
    func median(_ figure: (Sample) -> Double) -> Double { samples.map(figure).median }

    /// Seconds.
    var wall: Double { median(\.usage.wall) }
    var cpu: Double { median(\.usage.cpu) }
    /// Bytes. The largest of all rounds: a peak is what must be there.
    var peakMemory: Int { samples.map(\.usage.peakMemory).max() ?? 0 }
    var repositoryBytes: Double { median { Double($0.repository.bytes) } }
    var repositoryOnDisk: Double { median { Double($0.repository.onDisk) } }
}
