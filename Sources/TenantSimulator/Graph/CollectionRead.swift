/// The answer to one read of a collection: which entries are on the page, and the page's bytes.
struct CollectionRead {
    let tenant: Tenant
    let settings: Settings
    let now: Timestamp
    let disorder: Disorder
    let dialect: Dialect
    let version: String
    let route: Route
    let query: Query
    let projection: Projection
    /// Entities of which the caller is shown the kind and the ID only.
    let masked: Set<String>
    /// Scheme, host, version and path as the client wrote them, for links.
    let address: String
    let effects: [Fault.Effect]

    private var listing: Listing {
        switch route.path.text {
        case "auditLogs/directoryAudits":
            Listing(generated: nil, overlay: nil, stored: tenant.visibleEvents(now))
        case "deviceManagement/auditEvents":
            Listing(generated: nil, overlay: nil, stored: tenant.visibleEvents(now, of: .intune))
        default: tenant.listing(at: route.path)
        }
    }

    /// Nothing is there, whatever is asked for.
    var isEmpty: Bool { (0..<listing.endIndex).allSatisfy { listing[$0] == nil } }

    /// Whether objects of this kind are not shown in the list, though they are in it.
    func leavesOut(_ entity: String) -> Bool {
        let isAdvanced = query.isEventual && (query.wantsCount || route.target == .count)
        return version == "v1.0" && !isAdvanced && route.type.leftOut.contains(entity)
    }

    func page() throws(GraphFailure) -> Reply {
        let token = try pageToken()
        let candidates = Candidates(listing, query: query, read: self)
        var page = candidates.page(from: token?.offset ?? 0, size: try pageSize())
        if effects.contains(.emptyPage), token?.followsEmptyPage != true {
            page = ([], token?.offset ?? 0)
        }
        if effects.contains(.duplicate), let offset = token?.offset,
            let previous = candidates.last(before: offset)
        {
            page.indices.insert(previous, at: 0)
        }
        var head = JSON.object([.init("@odata.context", JSON(context))])
        if query.wantsCount, query.isEventual, route.type.isDirectory, token == nil {
            head["@odata.count"] = JSON(candidates.count)
        }
        for case .wrongCount(let surplus) in effects where token == nil {
            head["@odata.count"] = JSON(candidates.count + surplus)
        }
        if let link = link(to: page.next, token: token, isEmpty: page.indices.isEmpty) {
            head["@odata.nextLink"] =
                effects.contains(.oddLink) ? ["href": JSON(link)] : JSON(link)
        }
        return .json(bytes: body(head: head, page.indices, candidates))
    }

    func count() throws(GraphFailure) -> Reply {
        guard query.isEventual || !route.type.isDirectory else {
            throw .badRequest(
                "$count is not currently supported without the ConsistencyLevel header set to "
                    + "'eventual'.")
        }
        let candidates = Candidates(listing, query: query, read: self)
        return .text("\(candidates.count)", type: "text/plain")
    }

    // MARK: - Page

    private func pageSize() throws(GraphFailure) -> Int {
        let paging = route.type.paging
        var maximum = paging.maximum
        let top = query.top ?? min(paging.size, maximum)
        if top > maximum, paging.excess == .refused {
            throw .badRequest(
                "Invalid page size specified: '\(top)'. Must be between 1 and \(maximum) inclusive."
            )
        }
        if query.select.contains("signInActivity") { maximum = min(maximum, 500) }
        // Roles come in one answer, whatever is asked for.
        if route.type.pattern[0] == "directoryRoles" { return .max }
        return min(top, maximum, settings.pageSize ?? .max)
    }

    private func pageToken() throws(GraphFailure) -> PageToken? {
        guard let text = query.skipToken else { return nil }
        guard let token = PageToken(text) else {
            throw GraphFailure(400, "", "Invalid Skip Token")
        }
        var limit = Int.max
        for case .expirePageToken(let pages) in effects { limit = min(limit, pages) }
        guard now - token.issued <= settings.pageTokenLifetime, token.page <= limit else {
            guard route.type.bucket == .audit else { throw .expiredPageToken }
            throw GraphFailure(
                400, "BadRequest", "Token not found: token is either invalid or expired")
        }
        return token
    }

    private func link(to next: Int?, token: PageToken?, isEmpty: Bool) -> String? {
        var address = address
        var next = next
        for effect in effects {
            switch effect {
            case .foreignLink(let host):
                let path = address.split(separator: "/", maxSplits: 2).last ?? ""
                address = "https://\(host)/\(path)"
                next = next ?? 0
            case .repeatingLink: next = token?.offset ?? 0
            case .missingLink: return nil
            default: break
            }
        }
        guard let next else { return nil }
        let text = PageToken(
            offset: next, page: (token?.page ?? 0) + (isEmpty ? 0 : 1), issued: now,
            followsEmptyPage: isEmpty
        ).text(for: route.type.bucket)
        let separator = query.spelling.isEmpty ? "" : "&"
        var link = "\(address)?\(query.spelling)\(separator)$skiptoken=\(text)"
        for case .longLink(let count) in effects where !query.spelling.contains("padding=") {
            link += "&padding=\(String(repeating: "x", count: count))"
        }
        let isBad = settings.escapesLinksBadly || effects.contains(.unescapedLink)
        return isBad ? String(decoding: percentDecoded(link), as: UTF8.self) : link
    }

    var context: String {
        let root = address.range(ofVersion: version)
        let names = query.select.isEmpty ? "" : "(\(query.select.joined(separator: ",")))"
        return "\(root)/$metadata#\(route.path.text)\(names)"
    }

    // MARK: - Bytes

    private func body(head: JSON, _ indices: [Int], _ candidates: Candidates) -> [UInt8] {
        var output = head.bytes
        output.removeLast()
        output += Array(",\"value\":[".utf8)
        if candidates.isGenerated { output.reserveCapacity(output.count + indices.count * 3600) }
        for (position, index) in disorder.shuffled(indices).enumerated() {
            if position > 0 { output.append(UInt8(ascii: ",")) }
            candidates.write(index, to: &output)
        }
        output += Array("]}".utf8)
        return output
    }
}

extension String {
    /// The part of an address up to its version.
    fileprivate func range(ofVersion version: String) -> Substring {
        let parts = split(separator: "/\(version)/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return self[...] }
        return self[..<parts[0].endIndex] + "/\(version)"
    }
}

extension CollectionRead {
    /// Returns an object with the lists that were expanded into it as a fault wants them: cut, each
    /// with a link to where the others are listed.
    func cut(_ shown: JSON, of object: JSON) -> JSON {
        var shown = shown
        for case .cutExpansion(let limit) in effects {
            for name in projection.expand.map(\.name) {
                guard let all = shown[JSONText(name)]?.elements, all.count > limit else { continue }
                shown[JSONText(name)] = .array(Array(all.prefix(limit)))
                shown[JSONText("\(name)@odata.nextLink")] = JSON(
                    link(to: limit, of: name, in: object))
            }
        }
        return shown
    }

    private func link(to offset: Int, of name: String, in object: JSON) -> String {
        let isOne = route.type.shape == .singleton
        let id = isOne ? "" : "/" + percentEncoded(object["id"]?.string ?? "")
        let token = PageToken(offset: offset, page: 1, issued: now).text(for: route.type.bucket)
        return "\(address.range(ofVersion: version))/\(route.path.text)\(id)/\(name)"
            + "?$skiptoken=\(token)"
    }

    /// The answer of an action that gives a list.
    func list(_ objects: [JSON]) -> Reply {
        let shown = objects.map { disorder.apply(to: dialect.apply(to: $0), salt: 0) }
        return .json(
            .object([
                JSON.Member("@odata.context", JSON(context)),
                JSON.Member("value", .array(disorder.shuffled(shown))),
            ]))
    }

    /// The answer to a read of one object.
    func object(_ object: JSON, suffix: String) -> Reply {
        let shown = cut(
            projection.show(object, entity: route.type.entity, in: tenant, at: route.path),
            of: object)
        let members = disorder.apply(to: dialect.apply(to: shown), salt: 0).members ?? []
        let context = JSON.Member("@odata.context", JSON(self.context + suffix))
        return .json(.object([context] + members.filter { $0.name != context.name }))
    }
}
