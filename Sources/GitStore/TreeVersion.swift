package import GitObjects
package import GitPack

/// What one folder's tree was after one commit of a run.
///
/// The newest is written as a whole, for it is what the next run reads, and the others as deltas of
/// the ones after them.
package struct TreeVersion: Sendable {
    package enum Form: Sendable {
        case whole([UInt8])
        /// Makes it of the next version.
        case delta(ObjectDelta)
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

    var isDelta: Bool {
        if case .delta = form { true } else { false }
    }
}
