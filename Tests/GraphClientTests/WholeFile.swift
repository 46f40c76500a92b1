import Foundation
import GraphClient

/// Reads a file as the program does, but with less care for its words.
let readWholeFile: @Sendable (String, Int) throws(UnreadableFile) -> [UInt8] = {
    path, limit throws(UnreadableFile) in
    guard let data = FileManager.default.contents(atPath: path) else {
        throw UnreadableFile("no such file")
    }
    guard data.count <= limit else { throw UnreadableFile("it is too large") }
    return [UInt8](data)
}
