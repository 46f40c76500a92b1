import FoundationEssentials

extension TokenClaims {
    /// Seconds from 1970 to the token's end.
    var expirySecond: Int? {
        (expiry?.timeIntervalSince1970).flatMap { (0...1e11).contains($0) ? Int($0) : nil }
    }
}

/// `2026-11-01T02:00:00Z`
func dateTime(_ seconds: Int) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
}
