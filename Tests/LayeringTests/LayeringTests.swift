import Testing

struct LayeringTests {
    private let tree = SourceTree()

    @Test func `every module of the package has its place in the table, and no other has`() throws {
        #expect(try tree.declaredModules() == Set(Layers.all.keys))
        #expect(try tree.folders() == Set(Layers.all.keys).subtracting(["TestSupport"]))
    }

    @Test(arguments: Layers.all.keys.sorted())
    func `a module imports only what the table says`(module: String) throws {
        let allowed = try #require(Layers.all[module]).imports.union(Layers.system)
        // TestSupport and the simulator are in no program that ships.
        let whole: Set<String> = Layers.program[module] == nil ? ["Foundation"] : []

        for (file, name) in try tree.imports(of: module) {
            #expect(allowed.union(whole).contains(name), "\(file) imports \(name)")
        }
    }

    @Test func `the table lets nobody import sideways or up`() {
        for (name, module) in Layers.all {
            for imported in module.imports {
                guard let other = Layers.all[imported] else { continue }
                #expect(other.level < module.level, "\(name) may import \(imported)")
            }
        }
    }

    @Test func `C libraries are imported by the five modules that wrap them`() {
        let wrappers = Layers.all.filter { !$0.value.imports.isDisjoint(with: Layers.libraries) }

        #expect(
            Set(wrappers.keys) == [
                "ObjectHash", "YAMLDocument", "SSHTransport", "GitPack", "GitStore",
            ])
    }

    @Test func `only the client, git's carrier, the simulator and tests speak HTTP`() {
        let speakers = Layers.all.filter { !$0.value.imports.isDisjoint(with: Layers.http) }

        #expect(
            Set(speakers.keys) == [
                "GraphClient", "HTTPCarrier", "HTTPTransport", "TenantSimulator", "TestSupport",
            ])
    }

    @Test func `only the commands and the benchmark parse arguments`() {
        let parsers = Layers.all.filter { $0.value.imports.contains("ArgumentParser") }

        #expect(Set(parsers.keys) == ["BackupCommand", "Benchmark", "SimulatorCommand"])
    }

    @Test func `nothing of the program imports what stands beside it`() throws {
        for module in Layers.program.keys {
            for (file, name) in try tree.imports(of: module) {
                #expect(Layers.beside[name] == nil, "\(file) imports \(name)")
            }
        }
    }

    @Test func `imports are found in every spelling`() {
        let text = """
            // import Comment
            import One
            package import Two
            @testable import Three
            @preconcurrency public import Four
            import struct Five.Part
            @_spi(Testing) internal import Six
            #if canImport(Seven)
                import Seven
            #endif
            let important = "import Eight"
            """

        let names = SourceTree.imports(in: text)

        #expect(names == ["One", "Two", "Three", "Four", "Five", "Six", "Seven"])
    }

    @Test func `modules are found in every spelling`() {
        let manifest = """
            .target(name: "One"), .systemLibrary(
                name: "Two", pkgConfig: "two"),
            .executableTarget(
                name: "Three"), .testTarget(name: "OneTests"), .product(name: "Other", package: "o")
            """

        #expect(SourceTree.declaredModules(in: manifest) == ["One", "Two", "Three"])
    }
}
