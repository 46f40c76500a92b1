package import GraphCatalog

/// One run: reads the tenant from a source and publishes what changed.
package struct Backup<Source: GraphSource>: Sendable {
    let source: Source
    let options: BackupOptions
    let progress: @Sendable (BackupEvent) async -> Void

    package init(
        from source: Source, _ options: BackupOptions,
        progress: @escaping @Sendable (BackupEvent) async -> Void = { _ in }
    ) {
        self.source = source
        self.options = options
        self.progress = progress
    }

    package func run() async throws(BackupError) -> BackupResult {
        throw .interrupted
    }
}
