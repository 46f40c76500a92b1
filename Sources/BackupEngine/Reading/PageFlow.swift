import GraphCatalog

/// Reads the pages of one collection in order, the next ones already under way while a page is
/// being used.
///
/// The request for a page goes out as soon as a link to it has been seen, which is long before
/// the page with the link has arrived. Pages are prepared as they arrive, several at a time, and
/// used in their order. At most three pages are asked for and not yet used: enough for two that are
/// being prepared while the next is under way, and no more memory than that.
///
/// A link seen in passing only hurries the next request along. The link that whoever prepared the
/// page found in it decides; where it is another one, or the first try of a page gave one link and
/// the try that succeeded another, what was asked for ahead is dropped and asked for anew.
struct PageFlow<Source: GraphSource, Prepared: PreparedPage>: Sendable {
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
            // After the last page too: what was dropped may still be under way.
            defer { group.cancelAll() }
            do throws(BackupError) {
                try await flow(from: target, in: &group, use)
                return .success(())
            } catch {
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
            window.note(event)
            repeat {
                if let (link, number) = try window.nextToAsk(target.request.service) {
                    let next = GraphTarget.next(link, of: target.request)
                    ask(for: next, number: number, answerTo: inbox, in: &group)
                }
                guard let page = try window.nextToUse() else { break }
                try await use(page)
                if Task.isCancelled { throw .interrupted }
                guard page.next != nil else { return }
            } while true
        }
        throw .interrupted
    }

    /// Reads and prepares one page; once more, twice at most, if what came is no proper JSON.
    private func preparedPage(
        _ target: GraphTarget, found: @escaping @Sendable (GraphLink) -> Void
    ) async throws(BackupError) -> Prepared {
        var requests = 0
        var attempt = 1
        while true {
            let page = try await read(target, after: requests, found: found)
            do throws(BackupError) {
                return try await prepare(page)
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
            var page = try await source.page(target, found: found)
            page.requests += requests
            return page
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
                inbox.yield(.failure(error, number))
            }
        }
    }
}

/// What a page has become.
protocol PreparedPage: Sendable {
    /// Where the collection goes on, as whoever read the page's JSON found it. `nil` on the last page.
    var next: GraphLink? { get }
}

/// What a request brings; requests are numbered in the order in which they are made.
private enum Event<Prepared: Sendable>: Sendable {
    /// May come more than once.
    case link(GraphLink, on: Int)
    case page(Prepared, Int)
    case failure(BackupError, Int)
}

/// Which pages have been asked for, have arrived and have been used.
private struct Window<Prepared: PreparedPage> {
    /// One page that is not used yet.
    private struct Place {
        let number: Int
        /// What it was asked for by; `nil` of the first page.
        let link: GraphLink?
        /// The link to the page after it, as far as it is known.
        var next: GraphLink?
        var result: Result<Prepared, BackupError>?
    }

    /// In the order of the collection.
    private var places = [Place(number: 0, link: nil)]
    private var asked = 1
    private var followed: Set<GraphLink> = []

    mutating func note(_ event: Event<Prepared>) {
        switch event {
        case .link(let link, let number):
            guard let last = places.indices.last, places[last].number == number,
                places[last].result == nil
            else { return }
            places[last].next = link
        case .page(let page, let number): note(.success(page), next: page.next, of: number)
        case .failure(let error, let number): note(.failure(error), next: nil, of: number)
        }
    }

    /// Pages that were asked for by another link than the right one are dropped.
    private mutating func note(
        _ result: Result<Prepared, BackupError>, next: GraphLink?, of number: Int
    ) {
        guard let place = places.firstIndex(where: { $0.number == number }) else { return }
        places[place].result = result
        places[place].next = next
        guard place + 1 < places.count, places[place + 1].link != next else { return }
        for dropped in places[(place + 1)...] {
            if let link = dropped.link { followed.remove(link) }
        }
        places.removeSubrange((place + 1)...)
    }

    /// The link to follow now and the number of the request, if there is room.
    mutating func nextToAsk(
        _ service: Service
    ) throws(BackupError) -> (GraphLink, Int)? {
        guard places.count < 3, let link = places.last?.next else { return nil }
        guard followed.insert(link).inserted else {
            throw .source(.circle(of: service))
        }
        places.append(Place(number: asked, link: link))
        asked += 1
        return (link, asked - 1)
    }

    /// - Throws: what the page that would be next failed with.
    mutating func nextToUse() throws(BackupError) -> Prepared? {
        guard let result = places.first?.result else { return nil }
        let page = try result.get()
        places.removeFirst()
        return page
    }
}
