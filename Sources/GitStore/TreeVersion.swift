package import GitObjects
package import GitPack

/// What one folder's tree was after one commit of a run.
///
/// The newest is written as a whole, for it is what the next run reads, and the others as deltas of
/// ones after them.
package struct TreeVersion: Sendable {
    package enum Form: Sendable {
        case whole([UInt8])
        /// Makes it of the version so many places after it.
        case delta(ObjectDelta, ahead: Int = 1)
    }

    package var id = ObjectID.zero
    package var form: Form

    package init(form: Form) {
        self.form = form
    }

    /// Whether nothing is in it: git has no entry for such a folder.
    package var isEmpty: Bool {
        if case .whole(let bytes) = form { bytes.isEmpty } else { false }
    }

    /// How many places after it the version stands that it is a delta of; `nil` if it is none.
    var ahead: Int? {
        if case .delta(_, let ahead) = form { ahead } else { nil }
    }
}
