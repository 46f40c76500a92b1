import CanonicalJSON
import GraphCatalog
import HTTPTransport
import NIOHTTP1

/// One member's page as it stood in the answer to a batch.
struct MemberPage {
    let body: [UInt8]
    let next: GraphLink?
    let load: ServiceLoad
}

/// The answer to a batch: one object with an answer for each member, in any order.
///
/// <https://learn.microsoft.com/graph/json-batching>
struct BatchEnvelope {
    /// In the order of the requests.
    private let responses: [JSONValue]

    /// Returns the body of a batch of `requests`, whose IDs are their positions.
    static func request(_ requests: [GraphRequest]) -> [UInt8] {
        let members = requests.enumerated().map { index, request in
            let own = [
                GraphRequest.Parameter("Accept-Language", GraphClient.language),
                GraphRequest.Parameter("Prefer", GraphClient.preference),
            ]
            let headers = (own + request.headers)
                .map { "\(quoted($0.name)):\(quoted($0.value))" }.joined(separator: ",")
            return "{\"id\":\"\(index)\",\"method\":\"GET\",\"url\":\(quoted(request.reference)),"
                + "\"headers\":{\(headers)}}"
        }
        return Array("{\"requests\":[\(members.joined(separator: ","))]}".utf8)
    }

    /// - Throws: if there is not exactly one answer for each of `count` requests.
    init(_ bytes: [UInt8], count: Int) throws(Failure) {
        guard let root = try? JSONValue(parsing: bytes), let answers = root["responses"]?.array
        else {
            throw Failure(.garbled, "answered a batch without JSON")
        }
        guard root["@odata.nextLink"] == nil else {
            throw Failure(.final(.malformed), "answered a batch with pages of its own")
        }
        var byID: [String: JSONValue] = [:]
        for answer in answers {
            guard let id = answer["id"]?.string, byID.updateValue(answer, forKey: id) == nil else {
                throw Failure(.garbled, "answered a member of a batch more than once")
            }
        }
        responses = (0..<count).compactMap { byID[String($0)] }
        guard responses.count == count, byID.count == count else {
            throw Failure(.garbled, "answered a batch without all its members")
        }
    }

    /// Returns each member's page, or what kept it.
    func answers(to requests: [GraphRequest], at graph: Origin) -> [Result<MemberPage, Failure>] {
        zip(responses, requests).map { response, request in
            do throws(Failure) {
                return .success(try page(response, of: request, at: graph))
            } catch {
                return .failure(error.asDeclared(by: request))
            }
        }
    }

    private func page(
        _ response: JSONValue, of request: GraphRequest, at graph: Origin
    ) throws(Failure) -> MemberPage {
        let body = response["body"]
        guard let status = response["status"]?.int else {
            throw Failure(.garbled, "answered a member of a batch without a status")
        }
        guard status == 200 else {
            throw Failure(
                status: status, headers: headers(of: response),
                body: body?.bytes ?? [])
        }
        guard let body, body.object != nil else {
            throw Failure(.garbled, "answered a member of a batch without JSON")
        }
        let link = request.answer == .collection ? body["@odata.nextLink"] : nil
        guard link == nil || link?.isNull == true || link?.string != nil else {
            throw Failure(.garbled, "answered with a link to the next page that is not a string")
        }
        let next = link?.string.flatMap { $0.isEmpty ? nil : $0 }
        return MemberPage(
            body: Array(body.bytes),
            next: try next.map { text throws(Failure) in
                try GraphLink(text).checked(after: .first(request), at: graph)
            }, load: ServiceLoad(headers(of: response)))
    }

    private func headers(of response: JSONValue) -> HTTPHeaders {
        let members = response["headers"]?.object ?? []
        return HTTPHeaders(
            members.compactMap { member in
                (member.value.string ?? member.value.number).map { (member.name, $0) }
            })
    }
}

/// Returns `text` as a JSON string, quotes included.
func quoted(_ text: String) -> String {
    String(decoding: CanonicalJSON.quoted(text), as: UTF8.self)
}
