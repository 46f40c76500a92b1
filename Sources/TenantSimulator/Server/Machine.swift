import FoundationEssentials

/// The machine's time.
func unixNow() -> Timestamp { Timestamp(seconds: Date().timeIntervalSince1970) }

/// A GUID in lower case, as Graph writes them.
func newGUID() -> String { UUID().uuidString.lowercased() }

/// Returns all bytes of a file.
func contents(of path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path)))
}

func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
}

/// Returns the paths of the files below a folder, relative to it and sorted.
func files(below folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
}

/// Makes a folder of its own for a run's files.
func newTemporaryFolder() throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "tenant-\(newGUID())").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
}

func removeFolder(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

/// Base64 for URLs without padding (RFC 4648 §5).
func base64URL(_ bytes: [UInt8]) -> String {
    base64(bytes).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}

/// Decodes either alphabet, padded or not.
func decodeBase64(_ text: String) -> [UInt8]? {
    var plain = text.replacing("-", with: "+").replacing("_", with: "/").replacing("=", with: "")
    plain += String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
    return Data(base64Encoded: plain).map { Array($0) }
}
