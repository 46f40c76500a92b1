import Foundation

/// Recorded pages: a folder with one file for each, numbered from 0 in the order of their links.
struct PageFolder: Sendable {
    let path: String
    let count: Int

    /// Opens a folder that has pages in it.
    init(_ path: String) throws {
        self.path = path
        count = (try? FileManager.default.contentsOfDirectory(atPath: path).count) ?? 0
        guard count > 0 else { throw Failed("There are no pages in \(path).") }
    }

    func file(_ number: Int) -> String { Self.file(number, in: path) }

    static func file(_ number: Int, in folder: String) -> String {
        "\(folder)/\(String(format: "%06d", number)).json"
    }

    func read(_ number: Int) throws -> [UInt8] { try readFile(file(number)) }

    /// Bytes of all pages.
    var byteCount: Int {
        get throws { try FolderSize(of: path).bytes }
    }
}

/// Returns all bytes of a file.
func readFile(_ path: String) throws -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Failed("Could not open \(path).") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw Failed("Could not read \(path).") }
    let size = Int(status.st_size)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, done in
        while done < size {
            let count = Glibc.read(file, buffer.baseAddress?.advanced(by: done), size - done)
            guard count > 0 else { return }
            done += count
        }
    }
    guard bytes.count == size else { throw Failed("Could not read all of \(path).") }
    return bytes
}

/// Writes a file anew.
func writeFile(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
}
