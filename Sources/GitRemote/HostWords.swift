import GitObjects

/// What a host said in its own words, and what to make of it.
///
/// Hosts tell their reasons as text only: Azure DevOps by a number (`TF402455`), GitHub by one of its
/// own (`GH006`), git's own server by fixed phrases.
package struct HostWords: Sendable, Equatable {
    /// Printable lines, the reason first.
    package let lines: [String]

    /// No more than this is kept of what a host says.
    static let lineLimit = 40
    static let columnLimit = 400

    package init(_ texts: [String]) {
        var lines: [String] = []
        for text in texts {
            for line in text.split(whereSeparator: \.isNewline) where lines.count < Self.lineLimit {
                let clean = line.beginning(Self.columnLimit).printable.trimmed
                if !clean.isEmpty, !lines.contains(clean) { lines.append(clean) }
            }
        }
        self.lines = lines
    }

    /// The words as an error, by the first phrase that is known.
    package var error: RemoteError { error(or: .refused) }

    /// The same, of this kind where no phrase is known.
    package func error(or kind: RemoteError.Kind, _ reason: String? = nil) -> RemoteError {
        let known = Self.known.first { entry in lines.contains { entry.isIn($0) } }
        let line = known.flatMap { entry in lines.first { entry.isIn($0) } } ?? lines.first
        let words = line.map { "the host says “\($0)”" }
        return RemoteError(
            known?.kind ?? kind, words ?? reason ?? "the host gave no reason", hint: known?.hint)
    }

    /// The same for a ref that was refused: where git only says that a hook did it, the hook's own
    /// words say why.
    var refusal: RemoteError {
        var error = error
        let isHook = { (line: String) in line.lowercased().contains("hook declined") }
        guard error.kind == .refused, let status = lines.first, isHook(status),
            error.reason.contains(status)
        else { return error }
        // Not what counts how far the host has come.
        let own = lines.dropFirst().filter { line in
            !isHook(line) && !line.contains("%") && line.contains(where: \.isLetter)
        }
        guard !own.isEmpty else { return error }
        error.reason += ": “\(own.prefix(Self.shownLines).joined(separator: " / "))”"
        return error
    }

    /// Lines of a hook that stand in the reason.
    private static let shownLines = 3

    private struct Known: Sendable {
        let phrases: [String]
        let kind: RemoteError.Kind
        let hint: String

        init(_ phrases: String..., kind: RemoteError.Kind, hint: String) {
            self.phrases = phrases
            self.kind = kind
            self.hint = hint
        }

        func isIn(_ line: String) -> Bool {
            let line = line.lowercased()
            return phrases.contains { line.contains($0.lowercased()) }
        }
    }

    /// Numbers before phrases: a host's own number says more than git's words around it.
    private static let known: [Known] = [
        // Azure DevOps
        Known(
            "TF402455", kind: .refused,
            hint: "The branch takes pull requests only. Give the identity “Bypass policies when "
                + "pushing” on it, or push to another branch."),
        Known(
            "TF401027", kind: .refused,
            hint:
                "Give the identity the permission that is named on the repository: Contribute, and "
                + "Create branch for a first push."),
        Known(
            "TF401019", kind: .notFound,
            hint: "Check the URL. For a pipeline's own token also check “Limit job authorization "
                + "scope” and “Protect access to repositories in YAML pipelines”."),
        Known(
            "TF401041", kind: .malformed,
            hint: "The host expects another form of git's protocol; please report this."),
        Known(
            "TF401035", kind: .missing,
            hint: "The host lacks an object; the next run reads its state anew."),
        Known(
            "TF402462", kind: .refused,
            hint: "The push is larger than the repository allows. Raise its maximum push size."),
        Known(
            "TF402465", "TF401189", "was updated by another client", kind: .moved,
            hint: "Another writer was faster. The next run starts from what it wrote."),
        Known(
            "TF400813", kind: .unauthorised,
            hint: "The host does not know the identity. Check that the token is current, and that "
                + "the identity is a member of the organization."),
        Known(
            "TF400733", kind: .unreachable,
            hint: "The host limits this identity for some minutes. Run it again later."),
        Known(
            "pack file limit has been reached", kind: .unreachable,
            hint: "The host is repacking the repository and takes nothing meanwhile. Run it again "
                + "later."),
        Known(
            "TF402453", "VS403", kind: .refused,
            hint: "A push policy of the repository is in the way: author's address, path length, "
                + "reserved names or file size. Make an exception for this repository."),
        // GitHub
        Known(
            "GH001", kind: .refused,
            hint: "The host takes no file of over 100 MiB."),
        Known(
            "GH006", "protected branch", kind: .refused,
            hint: "The branch is protected. Let this identity push to it, or push to another "
                + "branch."),
        Known(
            "GH013", "repository rule violations", kind: .refused,
            hint:
                "A rule of the repository refuses the push: see the host's words. For a secret it "
                + "has found, allow it there or exclude the property."),
        Known(
            "Write access to repository not granted", "Permission to ", "denied to",
            kind: .refused, hint: "Give the credential write access to the repository's contents."),
        Known(
            "password authentication was removed", "Authentication failed", "Invalid username",
            kind: .unauthorised, hint: "Use a token with access to the repository."),
        Known(
            "Repository not found", "does not appear to be a git repository", kind: .notFound,
            hint: "Check the URL, and that the credential may read the repository."),
        // SSH, as the relay and libgit2 say it
        Known(
            "@revoked", kind: .refused,
            hint: "The key may be in wrong hands. Ask who runs the host before anything is sent "
                + "there."),
        Known(
            "@cert-authority", kind: .refused,
            hint: "Certificates of hosts are not read. Add the host's own ed25519 key to "
                + "~/.ssh/known_hosts."),
        Known(
            "ssh hostkey", "known_hosts", kind: .refused,
            hint: "Add the host's ed25519 key to ~/.ssh/known_hosts, if it is the right one."),
        Known(
            "Unable to exchange encryption keys", "failed to authenticate SSH session",
            kind: .unauthorised,
            hint: "Use an ed25519 or ECDSA key that the host knows; RSA keys are not taken."),
        Known(
            "failed to connect", "could not connect", "failed to resolve address",
            kind: .unreachable, hint: "Check the network, the host's name and its port."),
        // git's own server
        Known(
            "non-fast-forward", "fetch first", "stale info", "cannot lock ref",
            "failed to update ref", "incorrect old value", "reference already exists",
            kind: .moved, hint: "Another writer was faster. The next run starts from what it wrote."
        ),
        Known(
            "missing necessary objects", "unresolved delta", "shallow update not allowed",
            "bad object", "object of unexpected type", "did not receive expected object",
            kind: .missing,
            hint: "The host lacks objects that the push builds on. Push again."),
        Known(
            "not our ref", "unadvertised object", "no such remote ref", kind: .missing,
            hint: "The host does not hand this object out by its ID."),
        Known(
            "hook declined", kind: .refused,
            hint: "A hook of the host refuses the push: ask who runs it."),
        Known(
            "hidden ref", "funny refname", "denyCreate", "denied by", kind: .refused,
            hint: "The host does not take this ref. Name another, for run records with --runs-ref."),
        Known(
            "branch is currently checked out", kind: .refused,
            hint: "The remote has a working folder. Make it a bare repository."),
        Known(
            "No space left", "quota", "exceeded", kind: .refused,
            hint: "The host has no room for the push."),
        Known(
            "fsck error", "unpacker error", "index-pack abnormal exit",
            "unpack-objects abnormal exit", kind: .refused,
            hint: "The host could not take the pack in: see its words, its disk and its "
                + "receive.fsckObjects."),
    ]
}

extension String {
    var trimmed: String {
        let isSpace: (Character) -> Bool = { $0 == " " }
        return String(
            drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
