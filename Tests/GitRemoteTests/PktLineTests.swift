import Testing

@testable import GitRemote

struct PktLineTests {
    @Test func `a line is its length in four digits and its bytes`() {
        #expect(PktLine.bytes("want\n") == Array("0009want\n".utf8))
        #expect(PktLine.bytes("") == Array("0004".utf8))
    }

    @Test(arguments: [1, 2, 3, 4, 5, 7, 100])
    func `lines are found whatever pieces they arrive in`(length: Int) async throws {
        let bytes = Array("0009want\n0000000aunpack".utf8) + Array("0004".utf8)
        var rest = bytes[...]
        var reader = PktReader(
            CarriedAnswer(place: "") { () async throws(RemoteError) in
                let piece = Array(rest.prefix(length))
                rest = rest.dropFirst(length)
                return piece.isEmpty ? nil : piece
            })

        #expect(try await reader.line() == .data(Array("want\n".utf8)))
        #expect(try await reader.line() == .flush)
        #expect(try await reader.line() == .data(Array("unpack".utf8)))
        #expect(try await reader.line() == .data([]))
        #expect(try await reader.line() == nil)
    }

    @Test(arguments: ["0", "000", "0009want", "0001", "0003", "fff1", "zzzz", "<html>", "-001"])
    func `what is no whole line is an error`(text: String) async {
        var reader = PktReader(Array(text.utf8))

        await #expect(throws: RemoteError.self) { try await reader.line() }
    }
}
