import Testing

@testable import CanonicalJSON

/// Pages that are cut, bent and broken by a generator with a fixed seed.
struct DamagedPageTests {
    private struct Outcome: Equatable {
        var page: CanonicalPage
        var error: JSONError?
    }

    private static let pages = [
        #"{"value":[{"id":"1","n":-1.5e+3,"t":true},{"id":"2","a":[null,"x\n\ud83d\ude00"]}]}"#,
        #"{"@odata.nextLink":"https://a/?b=c","value":[{"id":"é😀","s":"\"\\"}],"k":[1,{"z":0}]}"#,
        #" { "value" : [ ] , "@odata.nextLink" : null , "flag" : false , "count" : 12 } "#,
        #"{"n":0.5,"t":true,"s":"text","value":[{"id":"3","secretText":"abc"}],"e":{}}"#,
    ]

    /// What a page is damaged with: bytes that mean something, and some that never may.
    private static let bytes: [UInt8] =
        Array(#""\{}[]:,-+.0e1tnu/ "#.utf8) + [
            0x00, 0x1F, 0x0A, 0x7F, 0x80, 0xC3, 0xED, 0xF0, 0xFF,
        ]

    private static func outcome(
        of page: [UInt8], byteLimit: Int = Limits.bytes, cutInto sizes: () -> Int
    ) -> Outcome {
        var reader = PageReader(.collection, by: CanonicalRules(), byteLimit: byteLimit)
        do throws(JSONError) {
            var at = 0
            while at < page.count {
                let end = min(at + sizes(), page.count)
                try reader.read(page.span.extracting(at..<end))
                at = end
            }
            return Outcome(page: try reader.finish(), error: nil)
        } catch {
            return Outcome(page: reader.takeItems(), error: error)
        }
    }

    private static func damaged(_ page: [UInt8], _ random: inout some RandomNumberGenerator)
        -> [UInt8]
    {
        var page = page
        for _ in 0..<Int.random(in: 1...3, using: &random) where !page.isEmpty {
            let at = Int.random(in: 0..<page.count, using: &random)
            let byte = bytes[Int.random(in: 0..<bytes.count, using: &random)]
            switch Int.random(in: 0..<4, using: &random) {
            case 0: page[at] = byte
            case 1: page.insert(byte, at: at)
            case 2: page.remove(at: at)
            default: page.removeSubrange(at...)
            }
        }
        return page
    }

    @Test(arguments: pages)
    func `how a damaged page is cut changes neither its items nor its error`(page: String) {
        var random = DamageGenerator(state: UInt64(page.utf8.count))
        for _ in 0..<500 {
            let damaged = Self.damaged(Array(page.utf8), &random)

            let whole = Self.outcome(of: damaged) { damaged.count }
            let byBytes = Self.outcome(of: damaged) { 1 }
            let byPieces = Self.outcome(of: damaged) { Int.random(in: 1...9, using: &random) }

            #expect(byBytes == whole, "\(String(decoding: damaged, as: UTF8.self))")
            #expect(byPieces == whole, "\(String(decoding: damaged, as: UTF8.self))")
        }
    }

    @Test(arguments: pages)
    func `a page cut short is truncated exactly where it was cut`(page: String) {
        let page = Array(page.utf8)
        let length = (page.lastIndex(of: 0x7D) ?? 0) + 1
        for count in 0..<length {
            let cut = Array(page[..<count])

            let whole = Self.outcome(of: cut) { max(cut.count, 1) }
            let byBytes = Self.outcome(of: cut) { 1 }

            #expect(whole.error == JSONError(.truncated, at: count))
            #expect(byBytes == whole)
        }
    }

    @Test(arguments: pages)
    func `a limit is kept at the same byte however a page is cut`(page: String) {
        let page = Array(page.utf8)
        for limit in 1...page.count {
            let whole = Self.outcome(of: page, byteLimit: limit) { page.count }
            let byBytes = Self.outcome(of: page, byteLimit: limit) { 1 }
            let byPieces = Self.outcome(of: page, byteLimit: limit) { 5 }

            #expect(byBytes == whole, "limit \(limit)")
            #expect(byPieces == whole, "limit \(limit)")
            #expect(whole.error == nil || whole.error?.problem == .tooLarge)
        }
    }

    @Test func `a word at the end of a page is incomplete, not out of place`() {
        for word in ["true", "false", "null"] {
            let page = Array(#"{"a":"#.utf8) + Array(word.utf8)

            let byBytes = Self.outcome(of: page) { 1 }

            #expect(byBytes.error == JSONError(.truncated, at: page.count))
        }
    }
}

/// SplitMix64.
private struct DamageGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
