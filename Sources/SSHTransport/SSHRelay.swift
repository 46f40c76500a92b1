import CLibgit2
import Glibc

/// Joins standard input and output with a git service of a host over SSH, by libgit2.
///
/// For a process that does nothing else and that its parent ends when it falls silent: libgit2's SSH
/// knows no deadline. The host must be in `~/.ssh/known_hosts`, and its key not marked as revoked.
///
/// What comes out is the host's advertisement; then all of the input goes in, and the rest comes out.
package struct SSHRelay {
    private let url: String
    private let isPush: Bool
    private let keys: SSHKeys
    private let marks: KnownHostMarks

    /// - Parameters:
    ///   - service: `git-upload-pack` or `git-receive-pack`.
    ///   - environment: `TENANTKEEP_REMOTE_KEY` names a private key, opened by
    ///     `TENANTKEEP_REMOTE_PASSWORD`; without, the agent at `SSH_AUTH_SOCK` is asked, and then
    ///     the keys of `HOME` are tried.
    package init(service: String, url: String, environment: [String: String]) {
        self.url = url
        isPush = service == "git-receive-pack"
        keys = SSHKeys(environment)
        marks = KnownHostMarks(home: environment["HOME"])
    }

    /// Returns when the host has said all, with the status to exit with.
    package func run() -> Int32 {
        git_libgit2_init()
        let conversation = Conversation(keys, marks)
        var definition = git_smart_subtransport_definition()
        definition.callback = { makeCarrier($0, $1, $2) }
        definition.param = Unmanaged.passUnretained(conversation).toOpaque()
        var options = git_remote_connect_options()
        git_remote_connect_options_init(&options, UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION))
        options.callbacks.payload = Unmanaged.passUnretained(conversation).toOpaque()
        options.callbacks.credentials = { chooseKey($0, $2, $3, $4) }
        if !marks.isEmpty {
            options.callbacks.certificate_check = {
                judge($0, isKnown: $1 == 1, by: Conversation.at($3).marks)
            }
        }
        options.callbacks.transport = {
            git_transport_smart($0, $1, Conversation.at($2).definition)
        }
        return withUnsafeMutablePointer(to: &definition) { definition in
            conversation.definition = UnsafeMutableRawPointer(definition)
            var remote: OpaquePointer?
            defer { git_remote_free(remote) }
            if git_remote_create_detached(&remote, url) == 0 {
                git_remote_connect_ext(
                    remote, isPush ? GIT_DIRECTION_PUSH : GIT_DIRECTION_FETCH, &options)
            }
            if conversation.isDone { return 0 }
            let words = git_error_last().map { String(cString: $0.pointee.message) }
            return conversation.fail(words ?? "the connection failed")
        }
    }
}

/// One conversation with a host, and where it stands.
private final class Conversation {
    var keys: SSHKeys
    let marks: KnownHostMarks
    var definition: UnsafeMutableRawPointer?
    private(set) var isDone = false
    private var hasStarted = false

    init(_ keys: SSHKeys, _ marks: KnownHostMarks) {
        self.keys = keys
        self.marks = marks
    }

    static func at(_ pointer: UnsafeMutableRawPointer?) -> Conversation {
        guard let pointer else { preconditionFailure("libgit2 hands on what it was given") }
        return Unmanaged<Conversation>.fromOpaque(pointer).takeUnretainedValue()
    }

    typealias Stream = UnsafeMutablePointer<git_smart_subtransport_stream>

    /// Has the whole conversation.
    func run(with stream: Stream) {
        hasStarted = true
        guard passAdvertisement(from: stream), passInput(to: stream) else { return }
        while let bytes = read(stream), put(bytes) {
            if bytes.isEmpty {
                isDone = true
                return
            }
        }
    }

    /// Says why there is no conversation as a host would, or why it ended.
    func fail(_ words: String) -> Int32 {
        if hasStarted {
            _ = put(Array("\(words)\n".utf8), to: 2)
        } else {
            let line = Array("ERR \(words.prefix(1_000))".utf8)
            let digits = String(line.count + 4, radix: 16)
            _ = put(Array((String(repeating: "0", count: 4 - digits.count) + digits).utf8) + line)
        }
        return 1
    }

    private func passAdvertisement(from stream: Stream) -> Bool {
        var pending: [UInt8] = []
        while let bytes = read(stream), !bytes.isEmpty {
            guard put(bytes) else { return false }
            pending += bytes
            while pending.count >= 4 {
                let digits = String(decoding: pending.prefix(4), as: UTF8.self)
                guard let length = Int(digits, radix: 16) else { return false }
                if length == 0 { return true }
                guard pending.count >= max(length, 4) else { break }
                pending.removeFirst(max(length, 4))
            }
        }
        return false
    }

    private func passInput(to stream: Stream) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(0, &bytes, bytes.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return count == 0 }
            let status = bytes.withUnsafeBytes {
                stream.pointee.write(
                    stream, $0.baseAddress?.assumingMemoryBound(to: CChar.self), count)
            }
            // A host that takes no more has said why.
            if status < 0 { return true }
        }
    }

    /// Returns the host's next bytes, none at its end; `nil` if the connection broke.
    private func read(_ stream: Stream) -> [UInt8]? {
        var count = 0
        var status: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, filled in
            status = buffer.withMemoryRebound(to: CChar.self) {
                stream.pointee.read(stream, $0.baseAddress, $0.count, &count)
            }
            filled = status < 0 ? 0 : count
        }
        return status < 0 ? nil : bytes
    }

    private func put(_ bytes: [UInt8], to file: Int32 = 1) -> Bool {
        var done = 0
        while done < bytes.count {
            let part = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if part < 0 && errno == EINTR { continue }
            guard part > 0 else { return false }
            done += part
        }
        return true
    }
}

/// libgit2's own SSH, with the conversation had as soon as there is a stream.
private struct Carrier {
    var base = git_smart_subtransport()
    let inner: UnsafeMutablePointer<git_smart_subtransport>
    let conversation: UnsafeMutableRawPointer?

    static func at(
        _ pointer: UnsafeMutablePointer<git_smart_subtransport>?
    ) -> UnsafeMutablePointer<Carrier> {
        guard let pointer else { preconditionFailure("libgit2 hands on what it was given") }
        return UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Carrier.self)
    }
}

private func makeCarrier(
    _ output: UnsafeMutablePointer<UnsafeMutablePointer<git_smart_subtransport>?>?,
    _ owner: UnsafeMutablePointer<git_transport>?, _ conversation: UnsafeMutableRawPointer?
) -> CInt {
    var inner: UnsafeMutablePointer<git_smart_subtransport>?
    let status = git_smart_subtransport_ssh(&inner, owner, nil)
    guard status == 0, let inner else { return status }
    let carrier = UnsafeMutablePointer<Carrier>.allocate(capacity: 1)
    carrier.initialize(to: Carrier(inner: inner, conversation: conversation))
    carrier.pointee.base.action = { _, transport, url, action in
        let carrier = Carrier.at(transport)
        let inner = carrier.pointee.inner
        var stream: UnsafeMutablePointer<git_smart_subtransport_stream>?
        let status = inner.pointee.action(&stream, inner, url, action)
        guard status == 0, let stream else { return status }
        Conversation.at(carrier.pointee.conversation).run(with: stream)
        stream.pointee.free(stream)
        return CInt(GIT_EUSER.rawValue)
    }
    carrier.pointee.base.close = {
        let inner = Carrier.at($0).pointee.inner
        return inner.pointee.close(inner)
    }
    carrier.pointee.base.free = {
        let carrier = Carrier.at($0)
        let inner = carrier.pointee.inner
        inner.pointee.free(inner)
        carrier.deallocate()
    }
    output?.pointee = UnsafeMutableRawPointer(carrier)
        .assumingMemoryBound(to: git_smart_subtransport.self)
    return 0
}

private func chooseKey(
    _ output: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?,
    _ user: UnsafePointer<CChar>?, _ allowed: UInt32, _ conversation: UnsafeMutableRawPointer?
) -> CInt {
    let user = user.map { String(cString: $0) } ?? "git"
    if allowed & GIT_CREDENTIAL_USERNAME.rawValue != 0 {
        return git_credential_username_new(output, user)
    }
    guard allowed & GIT_CREDENTIAL_SSH_KEY.rawValue != 0,
        let key = Conversation.at(conversation).keys.next()
    else {
        git_error_set_str(
            CInt(GIT_ERROR_SSH.rawValue), "Authentication failed: the host takes none of the keys")
        return CInt(GIT_EAUTH.rawValue)
    }
    switch key {
    case .agent: return git_credential_ssh_key_from_agent(output, user)
    case .file(let path, let password):
        return git_credential_ssh_key_new(output, user, nil, path, password)
    }
}
