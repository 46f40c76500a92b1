import Foundation
import Testing

/// What strace wrote of one program and all its threads.
struct SystemCallTrace {
    /// One system call.
    struct Call {
        let text: String
        /// The line in which it begins, and the one in which it has ended.
        let start: Int
        var end: Int

        /// Its arguments in quotes.
        var strings: [String] {
            text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
    }

    private var calls: [Call] = []

    init(_ text: String) {
        // 4711 fsync(7</srv/tenant.git> <unfinished ...>
        // 4711 <... fsync resumed>)               = 0
        var open: [Substring: Int] = [:]
        for (number, line) in text.split(separator: "\n").enumerated() {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let (process, call) = (parts[0], parts[1].drop { $0 == " " })
            if call.hasPrefix("<... ") {
                if let place = open.removeValue(forKey: process) { calls[place].end = number }
                continue
            }
            if call.hasSuffix("<unfinished ...>") { open[process] = calls.count }
            calls.append(Call(text: String(call), start: number, end: number))
        }
    }

    /// The first call of this name whose arguments have all these parts.
    func call(_ name: String, _ parts: String..., after: Call? = nil) throws -> Call {
        try #require(
            calls.first { call in
                call.text.hasPrefix("\(name)(") && call.start > after?.end ?? -1
                    && parts.allSatisfy { call.text.contains($0) }
            }, "no \(name) of \(parts)")
    }

    /// Expects each call to have ended before the next begins.
    func expect(_ calls: [Call], sourceLocation: SourceLocation = #_sourceLocation) throws {
        for (call, next) in zip(calls, calls.dropFirst()) {
            #expect(
                call.end < next.start, "\(call.text) is not before \(next.text)",
                sourceLocation: sourceLocation)
        }
    }

    /// Expects all that a run makes visible in a repository to be on the disk: a file before it gets
    /// its name, and its folder afterwards; packs that a new one replaces are removed only then.
    ///
    /// - Returns: the names that files got, without what differs from run to run.
    func expectDurable(
        in repository: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Set<String> {
        var names: Set<String> = []
        for call in calls where call.text.hasPrefix("rename") && !call.text.contains(" = -1") {
            let paths = call.strings
            guard paths.count == 2, paths[1].contains("\(repository)/") else { continue }
            let (old, new) = (paths[0], paths[1])
            #expect(
                isSynced(old, before: call.start), "\(old) is \(new) before it is on the disk",
                sourceLocation: sourceLocation)
            let folder = new.split(separator: "/").dropLast().joined(separator: "/")
            let synced = calls.first {
                $0.text.hasPrefix("fsync(") && $0.start > call.end
                    && $0.text.contains("\(folder)>")
            }
            #expect(synced != nil, "the folder of \(new) is not", sourceLocation: sourceLocation)
            for removal in removals(in: folder) where removal.start > call.start {
                #expect(
                    synced.map { $0.end < removal.start } ?? false, "\(removal.text) is too early",
                    sourceLocation: sourceLocation)
                #expect(
                    calls.contains {
                        $0.text.hasPrefix("fsync(") && $0.start > removal.end
                            && $0.text.contains("\(folder)>")
                    }, "\(removal.text) is not on the disk", sourceLocation: sourceLocation)
            }
            let below = new.split(separator: "\(repository)/", maxSplits: 1).last ?? ""
            names.insert(String(below.prefix { !$0.isNumber && $0 != "-" }))
        }
        for call in calls where call.text.hasPrefix("unlink") {
            guard let path = call.strings.last, path.contains("\(repository)/"),
                ["/shallow", "/partial", "/lost", "/refs/heads/main"].contains(
                    where: path.hasSuffix)
            else { continue }
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            #expect(
                calls.contains {
                    $0.text.hasPrefix("fsync(") && $0.start > call.end
                        && $0.text.contains("\(folder)>")
                }, "the end of \(path) is not on the disk", sourceLocation: sourceLocation)
        }
        return names
    }

    /// Whether the file reached the disk after it was made, and before the line.
    private func isSynced(_ path: String, before line: Int) -> Bool {
        let made = calls.last {
            $0.text.hasPrefix("openat(") && $0.start < line && $0.strings == [path]
                && $0.text.contains("O_EXCL")
        }
        return calls.contains {
            $0.text.hasPrefix("fsync(") && $0.text.contains("/\(path)>".replacing("//", with: "/"))
                && $0.start > made?.start ?? -1 && $0.end < line
        }
    }

    /// Removals of packs and indexes in a folder.
    private func removals(in folder: String) -> [Call] {
        calls.filter { call in
            call.text.hasPrefix("unlink")
                && call.strings.contains { path in
                    path.contains("\(folder)/pack-")
                        && [".pack", ".idx"].contains { path.hasSuffix($0) }
                }
        }
    }
}
