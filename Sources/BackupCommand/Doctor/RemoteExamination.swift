import BackupEngine
import GitObjects
import GitRemote

/// Looks at what a push to the remote needs, and writes nothing there.
struct RemoteExamination: Sendable {
    let access: RemoteAccess
    /// Signs in where nothing else opens the remote.
    let entra: RemoteAccess.EntraToken

    private static let check = "remote"

    func finding() async -> Finding {
        do throws(RemoteError) {
            let text = try await access.connected(entra: entra) {
                (options) async throws(RemoteError) in
                // A host opens this only to who may push, so it comes first.
                let writing = try await options.remote.advertisement(for: .push)
                _ = try await options.remote.advertisement(for: .fetch)
                let tip = writing[options.branch].map { "is at \($0)" } ?? "is not there yet"
                return
                    "\(options.remote.name) can be read and pushed to; \(options.branch) \(tip)"
            }
            return .ok(Self.check, text)
        } catch {
            return .failed(
                Self.check,
                CommandFailure(
                    "Could not reach the remote to push", reason: error.reason, hint: error.hint))
        }
    }
}
