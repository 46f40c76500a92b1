import TenantSimulator
import Testing

@testable import BackupCommand
@testable import BackupEngine

/// A fault, and how a backup ends that meets it.
struct Injury: Sendable, CustomTestStringConvertible {
    enum Ending {
        /// As if nothing had been.
        case passes
        case fails
        /// Not permitted.
        case refused
        /// Not there, or not to be had.
        case absent
    }

    let name: String
    let effect: Fault.Effect
    let skip: Int
    /// `nil`: for ever.
    let times: Int?
    /// Strikes links to next pages, so only where there are any.
    let concernsPages: Bool
    /// The only shapes that can have it; `nil`: all.
    let shapes: Set<FaultShape>?
    private let ending: Ending

    init(
        _ name: String, _ effect: Fault.Effect, skip: Int = 0, times: Int? = nil,
        concernsPages: Bool = false, only shapes: Set<FaultShape>? = nil, _ ending: Ending
    ) {
        self.name = name
        self.effect = effect
        self.skip = skip
        self.times = times
        self.concernsPages = concernsPages
        self.shapes = shapes
        self.ending = ending
    }

    var testDescription: String { name }

    /// Every injury with each shape that can have it.
    static let matrix = all.flatMap { injury in
        FaultShape.allCases.filter { shape in
            (shape.hasPages || !injury.concernsPages) && injury.shapes?.contains(shape) ?? true
        }.map { (injury, $0) }
    }

    func ending(of shape: FaultShape) -> Ending {
        // What is not found in a batch is asked for alone.
        if shape == .envelope, ending == .absent, effect == .status(404) { return .passes }
        return ending
    }

    /// Whether nothing is found below objects that are there and had nothing before, which is no
    /// failure.
    private func hasNoParts(_ shape: FaultShape, isFirst: Bool) -> Bool {
        (shape == .walk || shape == .parts) && isFirst && effect == .status(404) && times == nil
    }

    /// Outcome and exit status of a run that meets the fault.
    func expected(of shape: FaultShape, isFirst: Bool) -> (
        TypeRecord.Outcome, BackupCommand.ExitStatus
    ) {
        if hasNoParts(shape, isFirst: isFirst) { return (.complete, .done) }
        return switch (ending(of: shape), isFirst) {
        case (.passes, _): (.complete, .done)
        case (.fails, _), (.refused, false), (.absent, false): (.kept, .incomplete)
        case (.refused, true): (.skipped, .incomplete)
        case (.absent, true): (.skipped, .done)
        }
    }
}

extension Injury {
    /// One of each kind.
    static let some = all.filter {
        ["403", "404", "429 for ever", "503 four times", "garbage for ever"].contains($0.name)
    }

    private static let all = refusals + busy + damaged + astray + untrue + passing

    private static let refusals = [
        Injury("403", .status(403), .refused),
        Injury(
            "403, no licence",
            .status(403, code: "Authentication_RequestFromNonPremiumTenantOrB2CTenant"), .absent),
        Injury(
            "403, no licence in other words",
            .status(
                403, code: "NoLicense", message: "The tenant does not meet license requirement."),
            .absent),
        Injury(
            "400, no licence in other words",
            .status(400, code: "BadRequest", message: "Tenant does not have a SPO license."),
            .absent),
        Injury(
            "400, no such service",
            .status(
                400, code: "BadRequest", message: "Request not applicable to target tenant."),
            .absent),
        Injury(
            "400, not in this cloud",
            .status(
                400, code: "BadRequest", message: "Resource not found for the segment 'x'."),
            .absent),
        Injury("400 for ever", .status(400), .fails),
        Injury("404", .status(404), .absent),
        Injury("501", .status(501), .absent),
        Injury("401 once", .status(401), times: 1, .passes),
        Injury("401 for ever", .status(401), .refused),
        Injury("401 with claims, once", .claimsChallenge, times: 1, .passes),
        Injury("the access token dies on the way", .expireToken, times: 1, .passes),
    ]

    private static let busy = [
        Injury("429 for minutes", .throttle(.integer, seconds: 45), times: 6, .passes),
        Injury("429, Retry-After 2.128", .throttle(.fractional, seconds: 2.128), times: 3, .passes),
        Injury("429, Retry-After a date", .throttle(.httpDate, seconds: 30), times: 3, .passes),
        Injury("429 without Retry-After", .throttle(.absent), times: 3, .passes),
        Injury("429 for ever", .throttle(.integer, seconds: 30), .fails),
        Injury(
            "429, Retry-After 150 days", .throttle(.integer, seconds: 12_960_000), .fails),
        Injury("500 twice", .status(500), times: 2, .passes),
        Injury("500 for ever", .status(500), .fails),
        Injury("502 for ever", .status(502), .fails),
        Injury("503 four times", .status(503), times: 4, .passes),
        Injury("503 for ever", .status(503), .fails),
        Injury("504 for ever", .status(504), .fails),
    ]

    private static let damaged = [
        Injury("cut body, once", .drop(afterBytes: 90), times: 1, .passes),
        Injury("cut body, for ever", .drop(afterBytes: 90), .fails),
        Injury("a byte a minute", .slow(bytes: 1, pause: .seconds(60)), .fails),
        Injury("truncated JSON, once", .truncate(toBytes: 90), times: 1, .passes),
        Injury("truncated JSON, for ever", .truncate(toBytes: 90), .fails),
        Injury("garbage once", .garbage, times: 1, .passes),
        Injury("garbage for ever", .garbage, .fails),
        Injury("HTML with 200", .html(status: 200), .fails),
        Injury("wrong content type", .contentType("text/plain"), .fails),
        Injury("empty body", .emptyBody, .fails),
    ]

    private static let astray = [
        Injury("pages without end", .repeatingLink, concernsPages: true, .fails),
        Injury(
            "a link to another host", .foreignLink(host: "evil.example"), concernsPages: true,
            .fails),
        Injury(
            "page tokens expire", .expirePageToken(afterPages: 0), concernsPages: true, .fails),
    ]

    /// Complete answers with 200 that do not say what there is.
    private static let untrue = [
        Injury(
            "an error with 200, once", .body(#"{"error":{"code":"UnknownError","message":""}}"#),
            times: 1, .passes),
        Injury(
            "an error with 200, for ever",
            .body(#"{"error":{"code":"UnknownError","message":""}}"#), .fails),
        Injury("nothing but a context, with 200", .body(#"{"@odata.context":"c"}"#), .fails),
        Injury("no member at all, with 200", .body("{}"), .fails),
        Injury("the object as a list of one", .wrapped, only: [.singleton], .passes),
        Injury(
            "no object in a list", .body(#"{"@odata.context":"c","value":[]}"#),
            only: [.singleton], .fails),
        Injury("a link that is no text", .oddLink, concernsPages: true, .fails),
        Injury("a long link", .longLink(bytes: 1 << 16), concernsPages: true, .passes),
        Injury(
            "broken off behind the link, once", .drop(afterBytes: 320), times: 1,
            concernsPages: true, .passes),
        Injury(
            "a count that is too high, once", .wrongCount(by: 3), times: 1, concernsPages: true,
            .passes),
        Injury("a count that is too high", .wrongCount(by: 1), concernsPages: true, .fails),
        Injury("a count that is too low", .wrongCount(by: -1), concernsPages: true, .passes),
        Injury(
            "a counted list that stops early", .missingLink, only: [.narrowed], .fails),
        Injury("an expanded list is cut", .cutExpansion(at: 2), only: [.expanded], .passes),
    ]

    private static let passing = [
        Injury(
            "a page token expires", .expirePageToken(afterPages: 0), skip: 1, times: 1,
            concernsPages: true, .passes),
        Injury("slow bytes", .slow(bytes: 300, pause: .milliseconds(1)), .passes),
        Injury("an object twice", .duplicate, concernsPages: true, .passes),
        Injury("empty pages", .emptyPage, concernsPages: true, .passes),
        Injury("links badly escaped", .unescapedLink, concernsPages: true, .passes),
    ]
}
