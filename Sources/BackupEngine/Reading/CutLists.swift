import CanonicalJSON
import GraphCatalog

/// Completes the lists inside objects that a service cuts where it expands them.
///
/// Such a list has a link to the rest beside it: `"members": [20 of 25], "members@odata.nextLink":
/// "…"`. The rest is read to its end and appended, lists inside of it included, before the page is
/// brought into canonical form; what was cut and cannot be completed is an error of the page.
///
/// - Cost: nothing for a page without such a link. Else the page is parsed once more, and each rest is
///   as many requests as it has pages.
struct CutLists<Source: GraphSource>: Sendable {
    let source: Source
    /// What the page with the cut lists was asked for by.
    let request: GraphRequest

    /// Lists completed at the same time.
    private static var width: Int { 6 }
    /// Lists that are cut inside of lists that are cut, and so on.
    private static var mostLevels: Int { 8 }
    /// Pages of one rest that bring nothing new.
    private static var mostEmptyPages: Int { 100 }

    /// Returns the page with all its lists complete.
    func completed(_ page: GraphPage) async throws(BackupError) -> GraphPage {
        try await completed(page, level: 0)
    }

    private func completed(
        _ page: GraphPage, level: Int
    ) async throws(BackupError) -> GraphPage {
        let cuts = try cuts(in: page.body)
        guard !cuts.isEmpty else { return page }
        guard level < Self.mostLevels else {
            throw malformed("sent lists that are cut inside of lists that are cut, without end")
        }
        let rests = try await rests(of: cuts, level: level)
        return GraphPage(
            body: joined(cuts, rests, in: page.body), next: page.next, linkName: page.linkName,
            requests: rests.reduce(page.requests) { $0 + $1.requests },
            waited: rests.reduce(page.waited) { $0 + $1.waited })
    }

    // MARK: What is cut

    private struct Cut: Sendable {
        let member: String
        let link: GraphLink
        /// The elements that came; `nil` if the member did not.
        let elements: [JSONValue]?
        /// Where the rest belongs: before the bracket that ends the list, or behind the link.
        let place: Int
    }

    private static var suffix: String { "@odata.nextLink" }

    private func cuts(in body: [UInt8]) throws(BackupError) -> [Cut] {
        guard let root = try? JSONValue(parsing: body) else { return [] }
        var cuts: [Cut] = []
        var open = [root]
        while let value = open.popLast() {
            open += value.array ?? []
            for (name, link) in value.object ?? [] {
                open.append(link)
                guard name.hasSuffix(Self.suffix), name != Self.suffix, !link.isNull else {
                    continue
                }
                if let cut = try cut(name, link, of: value) { cuts.append(cut) }
            }
        }
        return cuts.sorted { $0.place < $1.place }
    }

    private func cut(
        _ name: String, _ link: JSONValue, of object: JSONValue
    ) throws(BackupError) -> Cut? {
        let member = String(name.dropLast(Self.suffix.count))
        let list = object[member]
        guard let text = link.string, list == nil || list?.array != nil else {
            throw malformed("sent a link to the rest of \(shown(member)) that leads from no list")
        }
        guard !text.isEmpty else { return nil }
        return Cut(
            member: member, link: GraphLink(text), elements: list?.array,
            place: list.map { $0.range.upperBound - 1 } ?? link.range.upperBound)
    }

    // MARK: The rest

    private struct Rest: Sendable {
        var elements: [[UInt8]] = []
        var requests = 0
        var waited = Duration.zero
    }

    private func rests(of cuts: [Cut], level: Int) async throws(BackupError) -> [Rest] {
        let results = await withTaskGroup(of: (Int, Result<Rest, BackupError>).self) { group in
            var results: [Int: Result<Rest, BackupError>] = [:]
            for (index, cut) in cuts.enumerated() {
                if index >= Self.width, let done = await group.next() {
                    results[done.0] = done.1
                    if case .failure = done.1 { break }
                }
                group.addTask { (index, await result(of: cut, level: level)) }
            }
            for await done in group { results[done.0] = done.1 }
            return results
        }
        for case .failure(let error) in results.values { throw error }
        return try cuts.indices.map { index throws(BackupError) in
            guard let result = results[index] else { throw .interrupted }
            return try result.get()
        }
    }

    private func result(of cut: Cut, level: Int) async -> Result<Rest, BackupError> {
        do throws(BackupError) { return .success(try await rest(of: cut, level: level)) } catch {
            guard case .source(let reason) = error else { return .failure(error) }
            // Of lists inside of lists, the outermost is named.
            let name = level == 0 ? shown(cut.member) : nil
            return .failure(.source(reason.ofRest(of: name)))
        }
    }

    private func rest(of cut: Cut, level: Int) async throws(BackupError) -> Rest {
        var rest = Rest()
        // Pages may overlap where something was inserted meanwhile.
        var known = Set((cut.elements ?? []).compactMap { $0["id"]?.string })
        var emptyPages = 0
        let flow = PageFlow(source: source) { page throws(BackupError) in
            try ListPage(try await completed(page, level: level + 1), of: "it")
        }
        try await flow.read(from: .next(cut.link, of: request.ofCollection)) {
            page throws(BackupError) in
            rest.requests += page.requests
            rest.waited += page.waited
            let before = rest.elements.count
            for element in page.objects {
                if let id = element["id"]?.string, !known.insert(id).inserted { continue }
                rest.elements.append(Array(element.bytes))
            }
            emptyPages += rest.elements.count == before ? 1 : 0
            guard emptyPages < Self.mostEmptyPages else {
                throw .source(.circle(of: request.service))
            }
        }
        return rest
    }

    private func joined(_ cuts: [Cut], _ rests: [Rest], in body: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(body.count)
        var at = 0
        for (cut, rest) in zip(cuts, rests) {
            result += body[at..<cut.place]
            at = cut.place
            let elements = rest.elements.joined(separator: [UInt8(ascii: ",")])
            if let first = cut.elements {
                if !first.isEmpty, !rest.elements.isEmpty { result.append(UInt8(ascii: ",")) }
                result += elements
            } else {
                result += Array(",".utf8) + quoted(cut.member) + Array(":[".utf8)
                result += elements
                result.append(UInt8(ascii: "]"))
            }
        }
        return result + body[at...]
    }

    private func malformed(_ deed: String) -> BackupError {
        .source(GraphError(.malformed, "\(request.service.name) \(deed)"))
    }

    /// A name as it may be printed.
    private func shown(_ member: String) -> String {
        let isWord = member.utf8.allSatisfy { byte in
            let character = Character(Unicode.Scalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber || byte == 0x5F)
        }
        return isWord && member.utf8.count <= 80 ? member : "a member"
    }
}

extension GraphError {
    /// What it means for a page that the rest of one of its lists cannot be read: nothing about the
    /// page's own object or list, whatever it says about the rest. A malformed rest has been asked for
    /// again already; the page that led to it is not.
    ///
    /// - Parameter member: the list; `nil` if an outer one will be named.
    fileprivate func ofRest(of member: String?) -> GraphError {
        let kinds: [Kind] = [.pageTokenExpired, .unreachable, .signInRefused, .unavailable]
        let cut = member.map {
            "\($0) is a list that was cut, and the rest of it could not be read: "
        }
        return GraphError(
            kinds.contains(kind) ? kind : .other, (cut ?? "") + reason, hint: hint,
            requests: requests)
    }
}
