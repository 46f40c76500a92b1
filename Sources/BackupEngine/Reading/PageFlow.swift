import GraphCatalog

/// Reads the pages of one collection in order, the next ones already under way while a page is
/// being used.
///
/// The request for a page goes out as soon as the link to it has been read, which is long before
/// the page with the link has arrived. Pages are prepared as they arrive, several at a time, and
/// used in their order. At most three pages are asked for and not yet used: enough for two that are
/// being prepared while the next is under way, and no more memory than that.
struct PageFlow<Source: GraphSource, Prepared: Sendable>: Sendable {
    let source: Source
    let prepare: @Sendable (GraphPage) async throws(BackupError) -> Prepared

    /// Calls `use` with each page.
    ///
    /// - Parameter target: the first page to read.
    /// - Throws: what the source, `prepare` or `use` threw; no page after that is used.
    func read(
        from target: GraphTarget, use: (Prepared) async throws(BackupError) -> Void
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
        _ use: (Prepared) async throws(BackupError) -> Void
    ) async throws(BackupError) {
        let (events, inbox) = AsyncStream.makeStream(of: Event<Prepared>.self)
        var window = Window<Prepared>()
        ask(for: target, number: 0, answerTo: inbox, in: &group)
        for await event in events {
            try window.note(event)
            repeat {
                if let (link, number) = try window.nextToAsk(target.request.service) {
                    let next = GraphTarget.next(link, of: target.request)
                    ask(for: next, number: number, answerTo: inbox, in: &group)
                }
                guard let page = window.nextToUse() else { break }
                try await use(page.prepared)
                if Task.isCancelled { throw .interrupted }
                guard !page.isLast else { return }
            } while true
        }
        throw .interrupted
    }

    /// Reads and prepares one page; once more, twice at most, if what came is no proper JSON.
    private func preparedPage(
        _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(BackupError) -> Page<Prepared> {
        var requests = 0
        var attempt = 1
        while true {
            let page = try await read(target, after: requests, found: found)
            do throws(BackupError) {
                let prepared = try await prepare(page)
                if let link = page.next { found(link) }
                return Page(prepared: prepared, isLast: page.next == nil)
            } catch {
                guard case .source(var reason) = error, reason.kind == .malformed else {
                    throw error
                }
                reason.requests += page.requests
                guard attempt < 3 else { throw .source(reason) }
                requests = page.requests
                attempt += 1
            }
        }
    }

    /// - Parameter requests: made for the page before.
    private func read(
        _ target: GraphTarget, after requests: Int, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(BackupError) -> GraphPage {
        do throws(GraphError) {
            let page = try await source.page(target, found: found)
            return GraphPage(
                body: page.body, next: page.next, requests: page.requests + requests,
                waited: page.waited)
        } catch {
            var error = error
            error.requests += requests
            throw .source(error)
        }
    }

    private func ask(
        for target: GraphTarget, number: Int,
        answerTo inbox: AsyncStream<Event<Prepared>>.Continuation,
        in group: inout TaskGroup<Void>
    ) {
        group.addTask {
            do throws(BackupError) {
                let page = try await preparedPage(target) { inbox.yield(.link($0, on: number)) }
                inbox.yield(.page(page, number))
            } catch {
                inbox.yield(.failure(error))
            }
        }
    }
}

private struct Page<Prepared: Sendable>: Sendable {
    let prepared: Prepared
    let isLast: Bool
}

private enum Event<Prepared: Sendable>: Sendable {
    /// May come twice.
    case link(GraphLink, on: Int)
    case page(Page<Prepared>, Int)
    case failure(BackupError)
}

/// Which pages have been asked for, have arrived and have been used; pages are numbered from 0.
private struct Window<Prepared: Sendable> {
    private var asked = 1
    private var used = 0
    private var arrived: [Int: Page<Prepared>] = [:]
    private var links: [Int: GraphLink] = [:]
    private var followed: Set<GraphLink> = []

    mutating func note(_ event: Event<Prepared>) throws(BackupError) {
        switch event {
        case .link(let link, let number):
            if number == asked - 1 { links[number] = link }
        case .page(let page, let number): arrived[number] = page
        case .failure(let error): throw error
        }
    }

    /// The link to follow now and the number of the page it leads to, if there is room.
    mutating func nextToAsk(
        _ service: Service
    ) throws(BackupError) -> (GraphLink, Int)? {
        guard asked - used < 3, let link = links.removeValue(forKey: asked - 1) else { return nil }
        guard followed.insert(link).inserted else {
            throw .source(.circle(of: service))
        }
        asked += 1
        return (link, asked - 1)
    }

    mutating func nextToUse() -> Page<Prepared>? {
        guard let page = arrived.removeValue(forKey: used) else { return nil }
        used += 1
        return page
    }
}
