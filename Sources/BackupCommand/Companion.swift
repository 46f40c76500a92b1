/// Runs `body`, and `companion` beside it; returns when both have ended.
///
/// Whichever ends first cancels the other.
func running<Value: Sendable>(
    _ body: @escaping @Sendable () async -> Value,
    beside companion: @escaping @Sendable () async -> Void
) async -> Value {
    let value = await withTaskGroup(of: Value?.self) { group in
        group.addTask { await body() }
        group.addTask {
            await companion()
            return nil
        }
        var value: Value?
        for await ended in group {
            if let ended { value = ended }
            group.cancelAll()
        }
        return value
    }
    guard let value else { preconditionFailure("a group ended before its body") }
    return value
}
