import Encodings
import Foundation
import TestSupport
import Testing

struct EncodingsTests {
    @Test func `percent-encoding keeps unreserved characters and can be undone`() {
        #expect(percentEncoded(Array("a-Z_0.9~".utf8)) == "a-Z_0.9~")
        #expect(percentEncoded(Array("a/b ü%".utf8)) == "a%2Fb%20%C3%BC%25")
        var generator = SplitMix64(seed: 1)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(percentDecoded(Array(percentEncoded(bytes).utf8)[...]) == bytes)
        }
    }

    @Test(arguments: [("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%41%", "A%"), ("a%2fb", "a/b")])
    func `an escape that is none stands for itself`(text: String, expected: String) {
        #expect(percentDecoded(Array(text.utf8)[...]) == Array(expected.utf8))
    }

    /// RFC 4648 §10, and two bytes whose digits differ in URLs.
    @Test(arguments: [
        ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"),
        ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
        ("~~~>", "fn5+Pg==", "fn5-Pg"), ("???", "Pz8/", "Pz8_"),
    ])
    func `base64 is that of the RFC`(text: String, plain: String, url: String) {
        #expect(base64(Array(text.utf8)) == plain)
        #expect(base64URL(Array(text.utf8)) == url)
        #expect(bytes(ofBase64URL: url) == Array(text.utf8))
        #expect(bytes(ofBase64URL: plain) == Array(text.utf8))
    }

    @Test func `what is not base64 is not decoded`() {
        #expect(bytes(ofBase64URL: "Zg!") == nil)
        #expect(bytes(ofBase64URL: "Z") == nil)
    }

    @Test(arguments: [
        ("00000000-0000-0000-0000-000000000000", true),
        ("0aF9bC1d-2345-6789-abcd-EF0123456789", true),
        ("00000000-0000-0000-0000-00000000000", false),
        ("00000000-0000-0000-0000-0000000000000", false),
        ("0000000g-0000-0000-0000-000000000000", false),
        ("00000000a0000-0000-0000-000000000000", false),
        ("", false),
    ])
    func `a GUID is known in any case of letters`(text: String, expected: Bool) {
        #expect(isGUID(text.utf8) == expected)
        #expect(isGUID(Array(text.utf8).span) == expected)
    }

    @Test func `days and HTTP dates are those of Foundation`() throws {
        #expect(secondsOfHTTPDate("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        #expect(secondsOfHTTPDate("Sunday, 06-Nov-94 08:49:37 GMT") == nil)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        for day in stride(from: -100_000, to: 200_000, by: 97) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            let days = daysSince1970(
                year: Int64(try #require(parts.year)), month: Int64(try #require(parts.month)),
                day: Int64(try #require(parts.day)))
            #expect(days == Int64(day))
        }
    }

    @Test func `the nearest word has the fewest letters to change`() {
        #expect(nearest(to: "grups", among: ["users", "groups", "roles"]) == "groups")
        #expect(nearest(to: "USRES", among: ["roles", "users"]) == "users")
        #expect(nearest(to: "x", among: []) == "")
    }
}
