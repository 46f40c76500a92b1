package import FoundationEssentials
package import GitObjects
package import GitRemote
package import GitStore
package import GraphCatalog

/// What a run is asked to do. Values only: time, environment and configuration were read before.
package struct BackupOptions: Sendable {
    /// Path of the bare repository.
    package var repository: String
    package var branch: RefName
    /// Where in the tree the backup's folders lie; empty for the top.
    package var root: RootPath
    package var selection: [SelectedResource]
    /// The tenant's ID, a GUID in lower case.
    package var tenant: String
    /// Committer, and author of what nobody else wrote.
    package var identityName: String
    package var identityEmail: String
    /// The run's start: its name in record, tag and trailers.
    package var start: Date
    package var tagFormat: TagFormat
    /// The program's version, for the record.
    package var version: String
    /// Takes deletions that look like a failure of the service at their word.
    package var acceptDeletions: Bool
    /// Says what would change and writes nothing.
    package var isDryRun: Bool
    /// Pages packed at the same time: one for each core. The repository does not depend on it.
    package var workers: Int
    /// How to find out who made the changes; `nil` commits them in the configured name.
    package var audit: AuditOptions?
    /// Where the run begins and what it is pushed to; `nil` keeps it here.
    package var remote: RemoteOptions?
    /// Tells the pipelines of a remote not to start because of the push.
    package var skipsCI: Bool
    /// When the rest of the time is needed for writing: types that are not read by then are kept.
    package var readDeadline: Date?

    package init(
        repository: String, branch: RefName, root: RootPath, selection: [SelectedResource],
        tenant: String, identityName: String, identityEmail: String, start: Date,
        tagFormat: TagFormat = .standard, version: String, acceptDeletions: Bool = false,
        isDryRun: Bool = false, workers: Int = 2, audit: AuditOptions? = nil,
        remote: RemoteOptions? = nil, skipsCI: Bool = false, readDeadline: Date? = nil
    ) {
        self.repository = repository
        self.branch = branch
        self.root = root
        self.selection = selection
        self.tenant = tenant
        self.identityName = identityName
        self.identityEmail = identityEmail
        self.start = start
        self.tagFormat = tagFormat
        self.version = version
        self.acceptDeletions = acceptDeletions
        self.isDryRun = isDryRun
        self.workers = workers
        self.audit = audit
        self.remote = remote
        self.skipsCI = skipsCI
        self.readDeadline = readDeadline
    }
}

/// How a run finds out who made the changes.
package struct AuditOptions: Sendable {
    /// Where the audit log is read from; `nil` for where the last run left off.
    package var since: Date?
    /// Whether the events are kept, as notes on the commits they explain.
    package var keepsEvidence: Bool
    /// When the rest of the time is needed for writing: the search ends then with what is known.
    package var deadline: Date?
    /// Events of one log held in memory before the differences are known, and again after it: at
    /// 7 KB each, 230 MB for both. Further ones go to a file.
    package var heldEvents: Int

    package init(
        since: Date? = nil, keepsEvidence: Bool = true, deadline: Date? = nil,
        heldEvents: Int = 16_384
    ) {
        self.since = since
        self.keepsEvidence = keepsEvidence
        self.deadline = deadline
        self.heldEvents = heldEvents
    }
}

/// A folder inside the tree, such as `prod-backup`; every component is a name git and all file
/// systems take as it is.
package struct RootPath: Sendable, Hashable {
    /// Components in order; none for the top of the tree.
    package let components: [[UInt8]]

    /// The top of the tree.
    package static let top = RootPath(components: [])

    private init(components: [[UInt8]]) {
        self.components = components
    }

    /// `nil` if a component is empty, `..`, or a name some file system forbids.
    package init?(_ text: String) {
        let components = text.split(separator: "/").map { Array($0.utf8) }
        guard components.allSatisfy({ FileName($0).bytes == $0 }) else { return nil }
        self.components = components
    }
}

/// What happens while a run goes on, for whoever shows it.
package enum BackupEvent: Sendable {
    /// A type's reading has begun; `previous` objects are in the last backup's record, if any.
    case began(type: String, previous: Int?)
    /// So many objects of a type have been read and written so far.
    case read(type: String, objects: Int)
    case ended(type: String, TypeRecord)
    /// All is read; differences are being computed, then written.
    case comparing
    case publishing
    /// Objects of the remote are on their way here, or ours there.
    case fetching
    case pushing
    /// The remote cannot be asked; the run goes on from what is here.
    case remoteFailed(RemoteError)
    /// The remote has gone another way; this ref keeps what only this repository has.
    case diverged(RefName)
    /// A tag that git cannot keep beside another ref, here or at the remote.
    case passedOver(RefName, for: String, isRemote: Bool)
    /// The record of a run was missing at the remote and has been made anew.
    case rebuilt(run: String)
    /// So many old objects could not be had from the remote.
    case missing(Int, BackupError)
    /// This machine's clock is so many seconds ahead of the service's, or behind if negative.
    case clock(aheadBy: Double)
    /// The branch is checked out in a work tree of the repository, which does not follow.
    case checkedOut(RefName, at: String)
    /// The repository's `HEAD` names another branch than the run's.
    case otherHead(RefName, branch: RefName)
    /// The refs have moved, but it is not certain that they are on the disk.
    case unsynced(GitError)
    /// The run is published; only the tidying of the repository after it did not work.
    case untidy(GitError)

    /// A clock that is less wrong, in seconds, is not told of.
    static let toldClockOffset = 60.0
}
