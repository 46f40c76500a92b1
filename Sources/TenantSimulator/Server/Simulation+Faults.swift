extension Simulation {
    /// Returns the refusal that a fault puts in place of any answer.
    func refusal(_ effects: [Fault.Effect], token: String?) -> GraphFailure? {
        for effect in effects {
            switch effect {
            case .status(let status, let code, let message, let retryAfter):
                let usual = Self.usual(status)
                var failure = GraphFailure(status, code ?? usual.code, message ?? usual.message)
                failure.headers["Retry-After"] = retryAfter.value(seconds: 1, now: clock.now)
                return failure
            case .throttle(let form, let seconds):
                return .throttled(form.value(seconds: seconds, now: clock.now))
            case .claimsChallenge: return challenge
            case .expireToken:
                guard let token else { continue }
                change { $0.grants[token]?.isRevoked = true }
            default: continue
            }
        }
        return nil
    }

    private var challenge: GraphFailure {
        let moment = Int(clock.now.seconds)
        let claims = #"{"access_token":{"nbf":{"essential":true,"value":"\#(moment)"}}}"#
        var failure = GraphFailure.badToken(
            "Continuous access evaluation resulted in challenge with result: InteractionRequired "
                + "and code: TokenIssuedBeforeRevocationTimestamp")
        failure.headers["WWW-Authenticate"] =
            "Bearer realm=\"\", error=\"insufficient_claims\", "
            + "claims=\"\(base64(Array(claims.utf8)))\""
        return failure
    }

    private static func usual(_ status: Int) -> (code: String, message: String) {
        switch status {
        case 400: ("Request_BadRequest", "The request is not valid.")
        case 401: ("InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
        case 403: (GraphFailure.denied.code, GraphFailure.denied.message)
        case 404: ("Request_ResourceNotFound", "The resource does not exist.")
        case 429: ("TooManyRequests", "Too many requests, please wait and retry later.")
        case 501: ("NotImplemented", "The feature is not implemented.")
        case 503: ("serviceNotAvailable", "The service is temporarily unavailable.")
        case 504: ("GatewayTimeout", "The server did not answer in time.")
        default: ("InternalServerError", "An internal server error occurred.")
        }
    }

    /// Returns the answer as the faults of transport leave it.
    func disturbed(_ reply: Reply, by effects: [Fault.Effect]) -> Reply {
        var reply = reply
        for effect in effects {
            switch effect {
            case .drop(let count): reply.delivery = .cut(after: count)
            case .slow(let bytes, let pause): reply.delivery = .slow(bytes: bytes, pause: pause)
            case .truncate(let count): reply.body = Array(reply.body.prefix(count))
            case .garbage: reply.body = [0x7B, 0x22, 0xFF, 0x00, 0x80, 0x2C, 0x2C, 0x5D]
            case .emptyBody: reply.body = []
            case .body(let text) where reply.status == 200: reply.body = Array(text.utf8)
            case .unsendable(let text):
                guard String(decoding: reply.body, as: UTF8.self).contains(text) else { continue }
                reply = .json(
                    ["error": ["code": "UnknownError", "message": ""]])
                reply.status = 400
            case .wrapped where reply.status == 200:
                reply.body =
                    Array(#"{"@odata.context":"c","value":["#.utf8) + reply.body + Array("]}".utf8)
            case .contentType(let type): reply.headers["Content-Type"] = type
            case .signInPage:
                reply.status = 302
                reply.headers["Location"] = "/_signin"
                reply.headers["Content-Type"] = "text/html; charset=utf-8"
                reply.body = Array("<html><body>Object moved to here.</body></html>".utf8)
            case .html(let status):
                reply.status = status
                reply.headers["Content-Type"] = "text/html; charset=utf-8"
                reply.body = Array(
                    "<!DOCTYPE html><html><body><h1>Our services aren't available right now</h1>"
                        .utf8)
            default: break
            }
        }
        return reply
    }
}
