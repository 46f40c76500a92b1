/// One value of a YAML file, with the line it begins on.
///
/// Scalars keep their text as it was written: whether `60` is a number is for whoever asks.
package struct YAMLNode: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        /// In the order of the file; no key stands twice.
        case mapping([YAMLMember])
    }

    package let content: Content
    /// Counted from 1.
    package let line: Int

    package init(_ content: Content, line: Int) {
        self.content = content
        self.line = line
    }
}

/// A value without parts.
package struct YAMLScalar: Sendable, Equatable {
    package let text: String
    /// Quoted or in a block, and so a string whatever it looks like.
    package let isQuoted: Bool

    package init(_ text: String, isQuoted: Bool = false) {
        self.text = text
        self.isQuoted = isQuoted
    }

    /// Whether this is YAML's word for nothing: `null`, `~` or no text at all.
    package var isNull: Bool {
        !isQuoted && ["", "~", "null", "Null", "NULL"].contains(text)
    }
}

/// One key of a mapping and its value.
package struct YAMLMember: Sendable, Equatable {
    package let key: String
    package let value: YAMLNode
    /// The line the key stands on.
    package let line: Int

    package init(_ key: String, _ value: YAMLNode, line: Int) {
        self.key = key
        self.value = value
        self.line = line
    }
}

/// Why a text is not YAML, or more of YAML than is read here.
package struct YAMLError: Error, Sendable, Equatable {
    /// Counted from 1.
    package let line: Int
    /// A sentence part without its stop: `the key repo stands twice`.
    package let reason: String

    package init(line: Int, _ reason: String) {
        self.line = line
        self.reason = reason
    }
}
