import BackupEngine
import Foundation
import Testing

@testable import BackupCommand

/// Where a user says how to look for authors.
struct AuditSettingsTests {
    private let start = Date(timeIntervalSince1970: 1_793_498_400)

    private func request(
        _ environment: [String: String], flags: [Setting: [String]] = [:]
    ) throws -> BackupRequest {
        let settings = try Settings(environment: environment).overlaid(with: Settings(flags: flags))
        return try BackupRequest(settings, environment)
    }

    private func readDeadline(_ environment: [String: String]) throws -> Double? {
        try request(environment).options(tenant: "t", start: start).readDeadline?
            .timeIntervalSince(start)
    }

    private func deadline(_ environment: [String: String]) throws -> Double? {
        try request(environment).options(tenant: "t", start: start).audit?.deadline?
            .timeIntervalSince(start)
    }

    @Test(arguments: [
        ("3d", -259_200.0), ("24h", -86_400), ("30m", -1_800), ("2026-10-31", -93_600),
        ("2026-10-31T14:00:00Z", -43_200),
    ])
    func `the log is read from a date, a date-time or an age`(text: String, age: Double) throws {
        let options = try request([:], flags: [.auditSince: [text]])
            .options(tenant: "t", start: start)

        #expect(options.audit?.since?.timeIntervalSince(start) == age)
    }

    @Test(arguments: [
        "yesterday", "-3d", "3y", "2026-13-01", "9223372036854775807w", "9223372036854775808m",
        "1000000000000000m", "0001-01-01",
    ])
    func `what is no point in time is refused`(text: String) throws {
        #expect(throws: CommandFailure.self) { try request([:], flags: [.auditSince: [text]]) }
    }

    @Test func `a pipeline's limit counts from its own start`() throws {
        #expect(try deadline([:]) == nil)
        #expect(try deadline(["PIPELINE_TIME_LIMIT": "0"]) == nil)
        #expect(try deadline(["PIPELINE_TIME_LIMIT": "60"]) == 3_240)
        #expect(
            try deadline([
                "PIPELINE_TIME_LIMIT": "60",
                "SYSTEM_PIPELINESTARTTIME": "2026-11-01 01:50:00+00:00",
            ]) == 2_640)
        #expect(
            try deadline(["PIPELINE_TIME_LIMIT": "60", "TENANTKEEP_TIME_LIMIT": "10"]) == 540)
        #expect(try deadline(["TENANTKEEP_TIME_LIMIT": "1"]) == 30)
    }

    @Test func `a pipeline that began longer ago than its limit does not end its reading at once`()
        throws
    {
        for time in ["2026-10-29 02:00:00+00:00", "0001-01-01 00:00:00+00:00"] {
            #expect(
                try readDeadline([
                    "PIPELINE_TIME_LIMIT": "60", "SYSTEM_PIPELINESTARTTIME": time,
                ]) == 3_240)
        }
        // Two minutes are left; half of that is for writing.
        #expect(
            try readDeadline([
                "PIPELINE_TIME_LIMIT": "60",
                "SYSTEM_PIPELINESTARTTIME": "2026-11-01 01:02:00+00:00",
            ]) == 60)
    }

    @Test func `the limit ends the reading as well`() throws {
        let options = try request(["PIPELINE_TIME_LIMIT": " 60\n"])
            .options(tenant: "t", start: start)

        #expect(options.readDeadline == start + 3_240)
        #expect(try request([:]).options(tenant: "t", start: start).readDeadline == nil)
    }

    @Test(arguments: ["9223372036854775807", "9223372036854775808", "527041", "1e3", "NaN"])
    func `a limit of more than a year is refused`(text: String) throws {
        for name in ["PIPELINE_TIME_LIMIT", "TENANTKEEP_TIME_LIMIT"] {
            let failure = #expect(throws: CommandFailure.self) { try request([name: text]) }

            #expect(failure?.message == "Could not use \(name)")
            #expect(failure?.status == .usage)
        }
    }

    @Test func `a limit that is no number of minutes is refused`() throws {
        #expect(throws: CommandFailure.self) { try request(["PIPELINE_TIME_LIMIT": "an hour"]) }
        #expect(throws: CommandFailure.self) { try request(["TENANTKEEP_TIME_LIMIT": "-1"]) }
    }

    @Test func `evidence is kept unless somebody says otherwise`() throws {
        let kept = try request([:])
        let left = try request(["TENANTKEEP_NO_EVIDENCE": "true"])

        #expect(kept.keepsEvidence && !left.keepsEvidence)
    }
}
