import Foundation

/// The package these tests are part of, as files.
struct SourceTree {
    let root: URL

    init(file: String = #filePath) {
        root = URL(fileURLWithPath: file).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    /// The modules declared in `Package.swift`, but those of tests.
    func declaredModules() throws -> Set<String> {
        let manifest = try String(
            contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8)
        return SourceTree.declaredModules(in: manifest)
    }

    static func declaredModules(in manifest: String) -> Set<String> {
        let declaration =
            /\.(?:target|executableTarget|systemLibrary|macro|plugin)\(\s*name:\s*"(\w+)"/
        return Set(manifest.matches(of: declaration).map { String($0.1) })
    }

    /// The folders in `Sources`.
    func folders() throws -> Set<String> {
        let sources = root.appendingPathComponent("Sources").path
        return Set(try FileManager.default.contentsOfDirectory(atPath: sources))
    }

    /// The imports of every Swift file of a module, each with the file's path.
    func imports(of module: String) throws -> [(file: String, name: String)] {
        let parent = module == "TestSupport" ? "Tests" : "Sources"
        let folder = root.appendingPathComponent("\(parent)/\(module)").path
        return try FileManager.default.subpathsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".swift") }
            .flatMap { name in
                let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                return SourceTree.imports(in: text).map { ("\(module)/\(name)", $0) }
            }
    }

    /// The modules that a file's text imports, in their order.
    static func imports(in text: String) -> [String] {
        let line =
            /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:\w+\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias|actor)\s+)?(\w+)/
            .anchorsMatchLineEndings()
        return text.matches(of: line).map { String($0.1) }
    }
}
