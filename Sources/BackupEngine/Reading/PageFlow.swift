import GraphCatalog

/// Reads the pages of one collection in order, the next ones already under way while a page is
/// being used.
///
/// The request for a page goes out as soon as the link to it has been read, which is long before
/// the page with the link has arrived. At most two pages are asked for beyond the one in use.
struct PageFlow<Source: GraphSource>: Sendable {
    let source: Source

    /// Calls `use` with each page.
    ///
    /// - Parameter target: the first page to read.
    /// - Throws: what the source or `use` threw; no page after that is used.
    func read(
        from target: GraphTarget, use: (GraphPage) async throws(BackupError) -> Void
    ) async throws(BackupError) {
        let result = await withTaskGroup(of: Void.self) { group -> Result<Void, BackupError> in
            do throws(BackupError) {
                try await flow(from: target, in: &group, use)
                return .success(())
            } catch {
                group.cancelAll()
                return .failure(error)
            }
        }
        try result.get()
    }

    private func flow(
        from target: GraphTarget, in group: inout TaskGroup<Void>,
        _ use: (GraphPage) async throws(BackupError) -> Void
    ) async throws(BackupError) {
        let (events, inbox) = AsyncStream.makeStream(of: Event.self)
        var window = Window()
        ask(for: target, number: 0, answerTo: inbox, in: &group)
        for await event in events {
            try window.note(event)
            repeat {
                if let (link, number) = try window.nextToAsk() {
                    let next = GraphTarget.next(link, of: target.request)
                    ask(for: next, number: number, answerTo: inbox, in: &group)
                }
                guard let page = window.nextToUse() else { break }
                try await use(page)
                if Task.isCancelled { throw .interrupted }
                guard page.next != nil else { return }
            } while true
        }
        throw .interrupted
    }

    private func ask(
        for target: GraphTarget, number: Int, answerTo inbox: AsyncStream<Event>.Continuation,
        in group: inout TaskGroup<Void>
    ) {
        group.addTask {
            do throws(GraphError) {
                let page = try await source.page(target) { inbox.yield(.link($0, on: number)) }
                inbox.yield(.page(page, number))
            } catch {
                inbox.yield(.failure(error))
            }
        }
    }
}

private enum Event: Sendable {
    case link(GraphLink, on: Int)
    case page(GraphPage, Int)
    case failure(GraphError)
}

/// Which pages have been asked for, have arrived and have been used; pages are numbered from 0.
private struct Window {
    private var asked = 1
    private var used = 0
    private var arrived: [Int: GraphPage] = [:]
    private var links: [Int: GraphLink] = [:]
    private var followed: Set<GraphLink> = []

    mutating func note(_ event: Event) throws(BackupError) {
        switch event {
        case .link(let link, let number): links[number] = link
        case .page(let page, let number):
            arrived[number] = page
            if let link = page.next { links[number] = link }
        case .failure(let error): throw .source(error)
        }
    }

    /// The link to follow now and the number of the page it leads to, if there is room.
    mutating func nextToAsk() throws(BackupError) -> (GraphLink, Int)? {
        guard asked - used < 3, let link = links.removeValue(forKey: asked - 1) else { return nil }
        guard followed.insert(link).inserted else {
            throw .source(GraphError(.malformed, "Graph's pages go round in circles"))
        }
        asked += 1
        return (link, asked - 1)
    }

    mutating func nextToUse() -> GraphPage? {
        guard let page = arrived.removeValue(forKey: used) else { return nil }
        used += 1
        return page
    }
}
