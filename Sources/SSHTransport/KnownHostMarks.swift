import CLibgit2
import Encodings
import Glibc

/// The lines of `~/.ssh/known_hosts` with a mark, which libssh2 passes over.
///
/// A key that is marked as revoked is refused, for whatever host it is: names may be hashed there, and
/// no key is good for one host that is in wrong hands at another. Authorities of certificates cannot
/// be used; where only they could know the host, that is said.
struct KnownHostMarks {
    private var revoked: Set<[UInt8]> = []
    private var hasAuthorities = false

    var isEmpty: Bool { revoked.isEmpty && !hasAuthorities }

    init(text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count >= 4 else { continue }
            switch words[0] {
            case "@revoked": revoked.insert(Self.unpadded(words[3].utf8))
            case "@cert-authority": hasAuthorities = true
            default: break
            }
        }
    }

    /// Reads the file of the user with this home; none has no marks.
    init(home: String?) {
        self.init(text: home.flatMap { Self.text(of: "\($0)/.ssh/known_hosts") } ?? "")
    }

    /// Why a host with this key is not talked to; `nil` for whatever the file's other lines say.
    func objection(to key: UnsafeRawBufferPointer, isKnown: Bool) -> String? {
        if revoked.contains(Self.unpadded(base64(Array(key)).utf8)) {
            return "the host's key is marked @revoked in ~/.ssh/known_hosts"
        }
        if !isKnown, hasAuthorities {
            return "~/.ssh/known_hosts has no key of the host, and its @cert-authority lines are "
                + "not used"
        }
        return nil
    }

    private static func text(of path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&part, 1, part.count, file)
            guard count > 0 else { break }
            bytes += part.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func unpadded(_ digits: some Sequence<UInt8>) -> [UInt8] {
        digits.filter { $0 != UInt8(ascii: "=") }
    }
}

/// Asked by libgit2 about the key of a host, after it has looked into `known_hosts`.
func judge(
    _ certificate: UnsafeMutablePointer<git_cert>?, isKnown: Bool, by marks: KnownHostMarks
) -> CInt {
    let passed = CInt(GIT_PASSTHROUGH.rawValue)
    guard let certificate, certificate.pointee.cert_type == GIT_CERT_HOSTKEY_LIBSSH2 else {
        return passed
    }
    let found = UnsafeMutableRawPointer(certificate).load(as: git_cert_hostkey.self)
    let key = UnsafeRawBufferPointer(
        start: found.hostkey, count: found.hostkey == nil ? 0 : found.hostkey_len)
    guard let words = marks.objection(to: key, isKnown: isKnown) else { return passed }
    git_error_set_str(CInt(GIT_ERROR_SSH.rawValue), words)
    return CInt(GIT_ECERTIFICATE.rawValue)
}
