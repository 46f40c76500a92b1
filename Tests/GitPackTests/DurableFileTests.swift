import GitPack
import TestSupport
import Testing

struct DurableFileTests {
    @Test func `a file holds what was written, in pieces of all sizes`() throws {
        let repository = try TemporaryRepository()
        try repository.initialize()
        var random = SplitMix64(seed: 10)
        var expected: [UInt8] = []
        var file = try DurableFile(creating: "\(repository.path)/file")
        for size in [0, 1, 1_000, (1 << 20) - 1_001, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3] {
            let piece = random.bytes(size)
            try file.write(piece)
            expected += piece
            let count = file.count
            #expect(count == expected.count)
        }

        try file.overwrite([1, 2, 3], at: 5)
        expected.replaceSubrange(5..<8, with: [1, 2, 3])
        let middle = try file.read(1_000, at: 4)
        #expect(middle == Array(expected[4..<1_004]))
        try file.write([7])
        try file.sync()

        #expect(try repository.file("file") == expected + [7])
        #expect(try readFile("\(repository.path)/file") == expected + [7])
    }

    @Test func `reading past the end is an error`() throws {
        let repository = try TemporaryRepository()
        var file = try DurableFile(creating: "\(repository.folder)/file")
        try file.write([1, 2, 3])

        do {
            _ = try file.read(4, at: 0)
            Issue.record("It was read.")
        } catch {
            #expect(error.reason == "Input/output error")
        }
        let whole = try file.read(3, at: 0)
        #expect(whole == [1, 2, 3])
    }

    @Test func `a file that is there is not replaced`() throws {
        let repository = try TemporaryRepository()
        let path = "\(repository.folder)/file"
        _ = try DurableFile(creating: path)

        let error = #expect(throws: FileError.self) { _ = try DurableFile(creating: path) }

        #expect(error?.action == "create \(path)")
        #expect(error?.reason == "File exists")
    }

    @Test func `a file that is not there is nil to read and no error to remove`() throws {
        let path = "\(try TemporaryRepository().folder)/none"

        #expect(try readFile(path) == nil)
        try removeFile(path)
        #expect(throws: FileError.self) { try syncFolder(path) }
        #expect(throws: FileError.self) { try renameFile(path, to: path + "x") }
    }
}
