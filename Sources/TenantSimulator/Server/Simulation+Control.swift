/// The endpoints below `/simulator`, for tests and demonstrations outside this process. None asks
/// for a token, and none is logged.
///
/// | request | effect |
/// | --- | --- |
/// | `POST faults` | sets a fault, as ``Fault/init(_:)-json`` reads it; answers `{"id": n}` |
/// | `GET faults/{id}` | `{"strikes": n}` |
/// | `DELETE faults[/{id}]` | removes one or all |
/// | `POST scenario` | plays the scenario in the body |
/// | `GET requests[?path=prefix]` | `{"count": n, "requests": […]}`; `DELETE` forgets them |
/// | `PATCH settings` | changes what ``Settings`` holds, by name |
/// | `POST clock` | `{"advance": seconds}` |
/// | `POST permissions` | `{"permissions": […]}` of the first application |
/// | `POST azureScopes` | `{"azureScopes": […]}` of the first application |
extension Simulation {
    func control(_ inquiry: Inquiry, _ segments: ArraySlice<[UInt8]>) -> Reply {
        let names = segments.map { String(decoding: $0, as: UTF8.self) }
        do {
            let body = inquiry.body.isEmpty ? JSON.object([]) : try JSON(parsing: inquiry.body)
            switch (inquiry.method, names.first) {
            case ("POST", "faults"):
                let fault = try Fault(body)
                return .json(["id": JSON(change { $0.faults.add(fault) })], status: 201)
            case ("GET", "faults"):
                let id = names.dropFirst().first.flatMap { Int($0) } ?? 0
                return .json(["strikes": JSON(change { $0.faults.strikes(of: id) })])
            case ("DELETE", "faults"):
                let id = names.dropFirst().first.flatMap { Int($0) }
                change { state in
                    if let id { state.faults.remove(id) } else { state.faults.removeAll() }
                }
            case ("POST", "scenario"): try play(Scenario(body))
            case ("GET", "requests"): return served(inquiry)
            case ("DELETE", "requests"): change { $0.served = [] }
            case ("PATCH", "settings"):
                let changed = try change { $0.settings }.changed(by: body)
                change { $0.settings = changed }
            case ("POST", "clock"): clock.advance(by: body["advance"]?.double ?? 0)
            case ("POST", "permissions"):
                let names = (body["permissions"]?.elements ?? []).compactMap(\.string)
                change { $0.tenant.registrations[0].permissions = names }
            case ("POST", "azureScopes"):
                let scopes = (body["azureScopes"]?.elements ?? []).compactMap(\.string)
                change { $0.tenant.registrations[0].azureScopes = scopes }
            default: return .json(["error": "There is no such control."], status: 404)
            }
            return Reply(status: 204)
        } catch {
            return .json(["error": JSON("\(error)")], status: 400)
        }
    }

    private func served(_ inquiry: Inquiry) -> Reply {
        let prefix = formFields(inquiry.query).first { $0.name == "path" }?.value ?? ""
        let requests = change { $0.served }.filter { $0.path.hasPrefix(prefix) }
        let list = requests.map { request -> JSON in
            [
                "method": JSON(request.method), "path": JSON(request.path),
                "query": JSON(request.query), "status": JSON(request.status),
                "batchMember": .bool(request.isBatchMember), "bytes": JSON(request.byteCount),
                "time": JSON(request.time.iso(fraction: 3)),
                "headers": .object(
                    request.headers.sorted { $0.key < $1.key }.map {
                        JSON.Member(JSONText($0.key), JSON($0.value))
                    }),
            ]
        }
        return .json(["count": JSON(list.count), "requests": .array(list)])
    }
}

extension Fault {
    /// Reads `{"effect": "status", "status": 503, "path": "groups", "skip": 1, "times": 2,
    /// "every": 3, "probability": 0.2, "seed": 7, "app": "…"}`. Effects and what they take besides:
    /// `status` (`status`, `code`, `message`, `retryAfter`), `throttle` (`retryAfter`, `seconds`),
    /// `claimsChallenge`, `expireToken`, `drop` and `truncate` (`bytes`), `garbage`, `html`
    /// (`status`), `signInPage`, `contentType` (`type`), `emptyBody`, `foreignLink` (`host`), `repeatingLink`,
    /// `unescapedLink`, `longLink` (`bytes`), `oddLink`, `missingLink`, `wrongCount` (`by`),
    /// `cutExpansion` (`at`), `body` (`text`), `wrapped`, `lowerCaseIDs`, `emptyPage`, `duplicate`,
    /// `expirePageToken` (`pages`), `slow` (`bytes`, `pause` in seconds).
    init(_ json: JSON) throws {
        let retryAfter = json["retryAfter"]?.string.flatMap { RetryAfter($0) }
        let bytes = json["bytes"]?.integer ?? 100
        let effect: Effect
        switch json["effect"]?.string {
        case "status":
            effect = .status(
                json["status"]?.integer ?? 500, code: json["code"]?.string,
                message: json["message"]?.string, retryAfter: retryAfter ?? .absent)
        case "throttle":
            effect = .throttle(retryAfter ?? .integer, seconds: json["seconds"]?.double ?? 1)
        case "claimsChallenge": effect = .claimsChallenge
        case "expireToken": effect = .expireToken
        case "drop": effect = .drop(afterBytes: bytes)
        case "truncate": effect = .truncate(toBytes: bytes)
        case "garbage": effect = .garbage
        case "signInPage": effect = .signInPage
        case "html": effect = .html(status: json["status"]?.integer ?? 200)
        case "contentType": effect = .contentType(json["type"]?.string ?? "text/plain")
        case "emptyBody": effect = .emptyBody
        case "foreignLink": effect = .foreignLink(host: json["host"]?.string ?? "evil.example")
        case "repeatingLink": effect = .repeatingLink
        case "unescapedLink": effect = .unescapedLink
        case "longLink": effect = .longLink(bytes: json["bytes"]?.integer ?? 1 << 16)
        case "oddLink": effect = .oddLink
        case "missingLink": effect = .missingLink
        case "wrongCount": effect = .wrongCount(by: json["by"]?.integer ?? 1)
        case "cutExpansion": effect = .cutExpansion(at: json["at"]?.integer ?? 20)
        case "body": effect = .body(json["text"]?.string ?? "{}")
        case "wrapped": effect = .wrapped
        case "lowerCaseIDs": effect = .lowerCaseIDs
        case "emptyPage": effect = .emptyPage
        case "duplicate": effect = .duplicate
        case "expirePageToken":
            effect = .expirePageToken(afterPages: json["pages"]?.integer ?? 0)
        case "slow":
            effect = .slow(
                bytes: bytes, pause: .milliseconds(Int((json["pause"]?.double ?? 0.01) * 1000)))
        default: throw FixtureError(description: "There is no such effect: \(json.compact)")
        }
        self.init(
            effect, path: json["path"]?.string ?? "", skip: json["skip"]?.integer ?? 0,
            times: json["times"]?.integer, every: json["every"]?.integer ?? 1,
            probability: json["probability"]?.double ?? 1,
            seed: UInt64(json["seed"]?.integer ?? 1), app: json["app"]?.string)
    }
}

extension Settings {
    /// Returns the settings with what `json` names changed; an unknown name is an error.
    func changed(by json: JSON) throws -> Settings {
        var result = self
        for member in json.members ?? [] {
            try result.set(member.name.string, member.value, in: json)
        }
        return result
    }

    private mutating func set(_ name: String, _ value: JSON, in json: JSON) throws {
        switch name {
        case "throttling":
            throttling =
                value.string == "service"
                ? .service(scale: json["throttlingScale"]?.double ?? 1) : .none
        case "throttlingScale": break
        case "retryAfter": retryAfter = value.string.flatMap { RetryAfter($0) } ?? .integer
        case "conditionalAccessRetryAfter":
            conditionalAccessRetryAfter = value.string.flatMap { RetryAfter($0) } ?? .absent
        case "tokenLifetime": tokenLifetime = value.double ?? tokenLifetime
        case "tokenNumbersAreStrings": tokenNumbersAreStrings = value.bool ?? false
        case "pageSize": pageSize = value.integer
        case "pageTokenLifetime": pageTokenLifetime = value.double ?? pageTokenLifetime
        case "shuffleSeed": shuffleSeed = value.integer.map { UInt64($0) }
        case "noiseSeed": noiseSeed = value.integer.map { UInt64($0) }
        case "escapesLinksBadly": escapesLinksBadly = value.bool ?? false
        case "acceptsAbsoluteBatchURLs": acceptsAbsoluteBatchURLs = value.bool ?? false
        case "leaksSecrets": leaksSecrets = value.bool ?? false
        case "keepsRequests": keepsRequests = value.bool ?? true
        default: throw FixtureError(description: "There is no such setting: \(name)")
        }
    }
}
