import CanonicalJSON
import GraphCatalog

/// What counts as an answer to a request of a type.
///
/// A service may answer with 200 all the same where it has nothing to give: with the description of an
/// error, with no object, with a list where one object belongs. None of these is an object, and none
/// says that there is none.
extension PageType {
    /// Returns a page in canonical form, and the page: if it is a list with one object where the
    /// object was asked for, that object.
    ///
    /// - Throws: ``GraphError/Kind/malformed`` if it is not proper JSON or not what was asked for.
    func read(_ page: GraphPage) throws(BackupError) -> (GraphPage, CanonicalPage) {
        let canonical = try canonicalPage(page)
        guard canonical.misfit == .list else { return (page, canonical) }
        let object = try onlyObject(of: page)
        let unwrapped = try canonicalPage(object)
        guard unwrapped.misfit == nil else { throw refused(Self.nothing) }
        return (object, unwrapped)
    }

    private func onlyObject(of page: GraphPage) throws(BackupError) -> GraphPage {
        guard let root = try? JSONValue(parsing: page.body), let list = root["value"]?.array,
            list.count == 1, list[0].object != nil, root[service.linkName]?.string == nil
        else { throw refused("answered 200 with a list where one object was asked for") }
        return GraphPage(
            body: Array(list[0].bytes), requests: page.requests, waited: page.waited)
    }

    private func canonicalPage(_ page: GraphPage) throws(BackupError) -> CanonicalPage {
        let canonical: CanonicalPage
        do throws(JSONError) {
            let body = cutToLastParts(page.body, at: lastParts, form)
            canonical = try CanonicalPage(
                body, form, by: rules, linkName: page.linkName ?? PageReader.linkName)
        } catch {
            // An error has no list.
            if error.problem == .valueMissing, let reason = self.error(in: page.body) {
                throw refused(reason)
            }
            throw .source(
                GraphError(
                    .malformed, "\(service.name)'s answer is not proper JSON: \(error.reason)"))
        }
        switch canonical.misfit {
        case nil, .list: return canonical
        case .nothing: throw refused(Self.nothing)
        case .error: throw refused(error(in: page.body) ?? "answered 200 with an error")
        }
    }

    private static var nothing: String { "answered 200 without an object" }

    private func refused(_ deed: String) -> BackupError {
        .source(GraphError(.malformed, "\(service.name) \(deed)"))
    }

    /// Names the code only if it is a word: the rest is nobody's to print.
    private func error(in body: [UInt8]) -> String? {
        guard let root = try? JSONValue(parsing: body),
            let error = root["error"] ?? root["odata.error"], error.object != nil
        else { return nil }
        let code = error["code"]?.string ?? ""
        let isWord = code.utf8.allSatisfy { byte in
            let character = Character(Unicode.Scalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber)
                || "._-".utf8.contains(byte)
        }
        guard isWord, (1...80).contains(code.utf8.count) else {
            return "answered 200 with an error"
        }
        return "answered 200 with an error (\(withoutSecrets(code)))"
    }
}
