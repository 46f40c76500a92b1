/// Why a file could not be read, in the system's words.
package struct UnreadableFile: Error {
    package let reason: String

    package init(_ reason: String) {
        self.reason = reason
    }
}
