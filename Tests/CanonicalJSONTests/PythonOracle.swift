import Foundation
import Testing

/// Python's `json` module, which knows nothing of this one. A test that uses it fails without it.
enum PythonOracle {
    /// Canonical JSON in a few lines of Python: another parser, another way of writing.
    private static let script = #"""
        import json, re, sys

        class Number(str):
            pass

        def pairs(members):
            result = dict(members)
            if len(result) != len(members):
                raise ValueError("duplicate")
            return result

        def refuse(word):
            raise ValueError(word)

        SHORT = {'"': '\\"', '\\': '\\\\', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f',
                 '\r': '\\r'}

        def quote(text):
            def escape(match):
                return SHORT.get(match[0]) or '\\u%04x' % ord(match[0])
            return '"' + re.sub('["\\\\\x00-\x1f\ud800-\udfff]', escape, text) + '"'

        def wtf8(text):
            return text.encode('utf-8', 'surrogatepass')

        def write(value, line):
            if isinstance(value, Number):
                return str(value)
            if isinstance(value, str):
                return quote(value)
            if isinstance(value, list):
                inner = [line + '  ' + write(v, line + '  ') for v in value]
                return '[' + ','.join(inner) + (line if inner else '') + ']'
            if isinstance(value, dict):
                inner = [line + '  ' + quote(k) + ': ' + write(value[k], line + '  ')
                         for k in sorted(value, key=wtf8)]
                return '{' + ','.join(inner) + (line if inner else '') + '}'
            return {True: 'true', False: 'false', None: 'null'}[value]

        for row in sys.stdin:
            try:
                text = bytes.fromhex(row.strip()).decode('utf-8')
                value = json.loads(text, object_pairs_hook=pairs, parse_int=Number,
                                   parse_float=Number, parse_constant=refuse)
                print((write(value, '\n') + '\n').encode('utf-8').hex())
            except ValueError:
                print('refused')
        """#

    /// Returns the canonical form of each document, or `nil` for one that Python refuses.
    static func canonicalized(_ documents: [[UInt8]]) throws -> [[UInt8]?] {
        let input = FileManager.default.temporaryDirectory.appendingPathComponent(
            "tenantkeep-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: input) }
        try Data(documents.map { $0.hex + "\n" }.joined().utf8).write(to: input)
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = output
        try process.run()
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let rows = String(decoding: answer, as: UTF8.self).split(separator: "\n")
        try #require(rows.count == documents.count)
        return rows.map { $0 == "refused" ? nil : [UInt8](hex: $0) }
    }
}

extension [UInt8] {
    var hex: String {
        map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    init(hex: some StringProtocol) {
        let digits = hex.compactMap(\.hexDigitValue)
        self = stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }
}
