import FoundationEssentials
import GitObjects

/// What somebody is told about the end of a run, in a few lines.
struct Notice: Hashable, Sendable {
    let occasion: Notifications.Occasion
    let title: String
    /// Sentences, and parts of lists.
    let lines: [String]
    let status: ExitStatus
    let repository: String
    /// The tenant's ID, if the run came to know it.
    var tenant: String?
    /// The run's tag, if it made one.
    var tag: String?

    /// Lines of a message, whatever happened.
    private static let lineLimit = 20

    private var shownLines: [String] {
        let shown = lines.prefix(Self.lineLimit)
        let more = lines.count - shown.count
        return shown + (more > 0 ? ["… and \(more) more"] : [])
    }

    // MARK: Forms

    /// The bytes to post.
    func document(in form: Notifications.Form) -> [UInt8] {
        switch form {
        case .json: encoded(Message(self))
        case .teams: encoded(TeamsMessage(self))
        case .slack: encoded(SlackMessage(self))
        }
    }

    private func encoded(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts, numbers and lists of them: there is nothing that has no JSON.
        return (try? encoder.encode(value)).map { Array($0) } ?? Array("{}".utf8)
    }

    /// Part of the contract with users: members are added, never renamed.
    private struct Message: Encodable {
        let schema = 1
        let event: String
        let title: String
        let lines: [String]
        let exitStatus: Int32
        let repository: String
        let tenant: String?
        let tag: String?
        let version = programVersion

        init(_ notice: Notice) {
            event = notice.occasion.rawValue
            title = notice.title
            lines = notice.shownLines
            exitStatus = notice.status.rawValue
            repository = notice.repository
            tenant = notice.tenant
            tag = notice.tag
        }
    }

    /// <https://api.slack.com/messaging/webhooks>
    private struct SlackMessage: Encodable {
        let text: String

        init(_ notice: Notice) {
            let lines = [notice.title] + notice.shownLines.map { "• \($0)" }
            text = lines.map(\.printable.slackEscaped).joined(separator: "\n")
        }
    }

    /// <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>
    private struct TeamsMessage: Encodable {
        let type = "message"
        let attachments: [Attachment]

        init(_ notice: Notice) {
            attachments = [
                Attachment(
                    content: Card(
                        body: [TextRun(notice.title, isTitle: true)]
                            + notice.shownLines.map { TextRun($0, isTitle: false) }))
            ]
        }

        struct Attachment: Encodable {
            let contentType = "application/vnd.microsoft.card.adaptive"
            let content: Card
        }

        struct Card: Encodable {
            let type = "AdaptiveCard"
            let version = "1.4"
            let body: [TextRun]
        }

        /// A paragraph of plain text: unlike a `TextBlock`, it does not read its text as Markdown.
        struct TextRun: Encodable {
            struct Inline: Encodable {
                let type = "TextRun"
                let text: String
                let weight: String
            }

            let type = "RichTextBlock"
            let inlines: [Inline]

            init(_ text: String, isTitle: Bool) {
                inlines = [Inline(text: text.printable, weight: isTitle ? "Bolder" : "Default")]
            }
        }
    }
}

extension String {
    /// The text with nothing in it that Slack takes for a link or a mention.
    fileprivate var slackEscaped: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
