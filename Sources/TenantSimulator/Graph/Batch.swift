/// One `$batch` envelope, read and checked.
struct Batch {
    private struct Member {
        var id: JSON
        var inquiry: Inquiry
        var segments: [[UInt8]]
        var dependsOn: [JSON]
    }

    private let members: [Member]

    /// - Throws: 400 for what the service refuses as a whole: more than 20 members, an ID used
    ///   twice, an absolute URL, a member without ID, method or URL.
    init(_ inquiry: Inquiry, version: String, acceptsAbsolute: Bool) throws(GraphFailure) {
        guard inquiry.method == "POST" else {
            throw GraphFailure(405, "BadRequest", "Only POST is allowed for $batch.")
        }
        guard let body = try? JSON(parsing: inquiry.body), let requests = body["requests"]?.elements
        else { throw GraphFailure(400, "BadRequest", "Invalid batch payload format.") }
        guard (1...20).contains(requests.count) else {
            throw GraphFailure(
                400, "BadRequest",
                "Number of batch request steps exceeds the maximum value of 20.")
        }
        var seen: Set<String> = []
        var members: [Member] = []
        for request in requests {
            let member = try Self.member(request, inquiry, version, acceptsAbsolute)
            guard seen.insert(member.id.string?.lowercased() ?? "").inserted else {
                throw GraphFailure(400, "BadRequest", "Request Id has to be unique in a batch.")
            }
            members.append(member)
        }
        for member in members {
            for other in member.dependsOn where !seen.contains(other.string?.lowercased() ?? "") {
                throw GraphFailure(
                    400, "BadRequest", "DependsOn names a request that is not in the batch.")
            }
        }
        self.members = members
    }

    private static func member(
        _ request: JSON, _ envelope: Inquiry, _ version: String, _ acceptsAbsolute: Bool
    ) throws(GraphFailure) -> Member {
        guard let id = request["id"], id.string?.isEmpty == false,
            let method = request["method"]?.string, var url = request["url"]?.string
        else {
            throw GraphFailure(400, "BadRequest", "A batch request lacks its id, method or url.")
        }
        let own = "\(envelope.origin)/\(version)"
        if acceptsAbsolute, url.hasPrefix(own) { url = String(url.dropFirst(own.count)) }
        guard !url.contains("://") else {
            throw GraphFailure(
                400, "BadRequest", "Resource not found for the segment '\(url.prefix(6))'.")
        }
        let halves = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = halves[0].drop { $0 == "/" }
        var headers = Headers()
        for header in request["headers"]?.members ?? [] {
            headers.fields.append((header.name.string, header.value.string ?? ""))
        }
        let inquiry = Inquiry(
            method: method.uppercased(), path: "/\(version)/\(path)",
            query: halves.count == 2 ? String(halves[1]) : "", headers: headers,
            origin: envelope.origin, isMember: true)
        return Member(
            id: id, inquiry: inquiry, segments: ResourceType.segments(path),
            dependsOn: request["dependsOn"]?.elements ?? [])
    }

    /// Answers every member, in an order of the service's own.
    func reply(order: Disorder, _ answer: (Inquiry, [[UInt8]]) -> Reply) -> Reply {
        var statuses: [JSON: Int] = [:]
        var responses: [[UInt8]] = []
        for member in members {
            let failed = member.dependsOn.contains { statuses[$0].map { $0 >= 400 } ?? true }
            let reply =
                failed ? Self.dependencyFailed : answer(member.inquiry, member.segments)
            statuses[member.id] = reply.status
            responses.append(Self.bytes(member.id, reply))
        }
        // The last shall be first, so that nobody relies on the order asked in.
        let ordered = order.shuffleSeed == nil ? responses.reversed() : order.shuffled(responses)
        var body = Array("{\"responses\":[".utf8)
        body += Array(ordered.joined(separator: [UInt8(ascii: ",")]))
        return .json(bytes: body + Array("]}".utf8))
    }

    private static let dependencyFailed = Reply.json(
        [
            "error": [
                "code": "FailedDependency", "message": "A request this one depends on failed.",
            ]
        ],
        status: 424)

    private static func bytes(_ id: JSON, _ reply: Reply) -> [UInt8] {
        let headers = reply.headers.fields.map { JSON.Member(JSONText($0.name), JSON($0.value)) }
        var output: [UInt8] = Array("{\"id\":".utf8)
        id.write(to: &output)
        output += Array(",\"status\":\(reply.status),\"headers\":".utf8)
        JSON.object(headers).write(to: &output)
        guard !reply.body.isEmpty else { return output + Array("}".utf8) }
        output += Array(",\"body\":".utf8)
        let type = reply.headers["Content-Type"] ?? ""
        if type.hasPrefix("application/json"), (try? JSON(parsing: reply.body)) != nil {
            output += reply.body
        } else {
            JSON(base64(reply.body)).write(to: &output)
        }
        return output + Array("}".utf8)
    }
}
