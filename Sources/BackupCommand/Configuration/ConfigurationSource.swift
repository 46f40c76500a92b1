import Encodings
import YAMLDocument

/// Where the values of a configuration come from; gives them their Swift forms, and mistakes their
/// lines.
struct ConfigurationSource: Sendable {
    /// Of the file, as the user wrote it.
    let path: String

    func origin(_ line: Int) -> SettingOrigin { .file(path, line: line) }

    func wrong(_ line: Int, _ reason: String, hint: String? = nil) -> CommandFailure {
        .wrong(origin(line), reason, hint: hint)
    }

    func unknownKey(_ member: YAMLMember, among known: [String]) -> CommandFailure {
        wrong(
            member.line, "there is no key \(member.key)",
            hint: SignInSettings.hint(forMisplaced: member.key)
                ?? "Did you mean \(nearest(to: member.key, among: known))?")
    }

    // MARK: Shapes

    func members(of node: YAMLNode, _ name: String) throws(CommandFailure) -> [YAMLMember] {
        guard case .mapping(let members) = node.content else {
            throw wrong(node.line, "\(name) is not a mapping of keys to values")
        }
        return members
    }

    func text(of node: YAMLNode, _ name: String) throws(CommandFailure) -> String {
        guard case .scalar(let scalar) = node.content else {
            throw wrong(node.line, "\(name) is not a single value")
        }
        guard !scalar.isNull else { throw wrong(node.line, "\(name) has no value") }
        return scalar.text
    }

    /// - Parameter example: elements as somebody might write them.
    func elements(
        of member: YAMLMember, example: String
    ) throws(CommandFailure) -> [YAMLNode] {
        guard case .sequence(let nodes) = member.value.content else {
            throw wrong(
                member.line, "\(member.key) is not a list",
                hint: "Write it in brackets: \(member.key): [\(example)]")
        }
        return nodes
    }

    /// Single values with their lines.
    func texts(
        of member: YAMLMember, example: String
    ) throws(CommandFailure) -> [(text: String, line: Int)] {
        var texts: [(text: String, line: Int)] = []
        for node in try elements(of: member, example: example) {
            texts.append((try text(of: node, "an element of \(member.key)"), node.line))
        }
        return texts
    }
}
