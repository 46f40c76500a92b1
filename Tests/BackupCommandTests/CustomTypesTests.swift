import Foundation
import GraphCatalog
import Testing

@testable import BackupCommand

/// `customTypes` in the configuration file: what it declares, and what it cannot.
struct CustomTypesTests {
    private func types(_ text: String) throws -> [GraphResource] {
        try ConfigurationFile(Array(text.utf8), at: "contoso.yaml").customTypes
    }

    /// Every word there is.
    private static let everything = """
        customTypes:
          - name: strengths
            version: beta
            path: organization/{tenant}/strengths
            answer: collection
            folder: Custom/Strengths
            groups: [config, Mine]
            permissions: {application: [Policy.Read.All], delegated: [Policy.Read.All, X.Read]}
            appOnly: Graph answers only people
            bucket: conditionalAccess
            cost: 3
            filter: isOwn eq true
            headers: {Prefer: include-unknown-enum-members}
            unavailable: [NoLicense]
            empty: [NothingHere]
            auditActivities: [Update strength]
            auditNouns: [Strength]
            auditIDs: [policy.key]
            actorID: appId
            evidence:
              - added: [Add strength to method, Grow strength]
                removed: [Remove strength from method]
                clues: [{is: object}, {member: methodId, in: [Method.Id]}, {role: kind}]
            audit: {log: intune, activities: [strength]}
            authorship:
              creation: {in: own, by: madeBy, at: madeAt}
              update: {in: own, by: doneBy, at: doneAt}
            select: [name, displayName, state]
            expand: usage
            top: 50
            isAdvanced: true
            idMember: name
            volatile: [modifiedDateTime, state.lastSeen]
            sets: [allowedCombinations]
            flags: [requirementsSatisfied]
            children:
              - name: usages
                path: usages
                folder: Usages
                evidence:
                  - {added: [Use], clues: [{is: parent, optional: true}, {is: object}]}
          - name: rights
            service: azure
            apiVersion: 2022-04-01-preview
            path: "{parent/}/providers/Own.Rights/rights"
            folder: Custom/Rights
            permissions: [Directory.Read.All]
            filter: atScope()
            lastParts: [properties.roleId]
            secrets: [properties.note]
            audit: {log: azure, provider: Own.Rights, activities: [rights/write]}
            placement:
              - {file: "Groups/{parent:4}/{name}", where: parent, is: providers/*/*/*}
              - {file: "Others/{properties.scope&}/{properties.who}&{id:-1}"}
            walks:
              - {name: groups, service: azure, apiVersion: 2021-04-01, path: groups, idMember: properties.scope}
              - name: named
                path: teams
                select: [id]
                partFilter: below()
                idForm: "*/**"
              - name: rows
                service: azure
                apiVersion: 2021-03-01
                path: providers/Microsoft.ResourceGraph/resources
                rows: resources | where a =~ 'b' | project name, id | order by id asc
                isPart: true
              - name: inner
                service: azure
                apiVersion: 2022-04-01
                path: "{parent/}/inner"
                walks: [{name: outer, path: outer}]
        """

    @Test func `every word of the catalog is a word of the file`() throws {
        let strengths = try #require(try types(Self.everything).first)
        #expect(strengths.service == .graph && strengths.walks.isEmpty)

        #expect(strengths.name == "strengths")
        #expect(strengths.version == .beta)
        #expect(strengths.path == "organization/{tenant}/strengths")
        #expect(strengths.answer == .collection)
        #expect(strengths.folder == "Custom/Strengths")
        #expect(strengths.groups == ["All", "Config", "Mine"])
        #expect(strengths.permissions.application == ["Policy.Read.All"])
        #expect(strengths.permissions.delegated == ["Policy.Read.All", "X.Read"])
        #expect(strengths.appOnly == "Graph answers only people")
        #expect(strengths.filter == "isOwn eq true")
        #expect(strengths.headers == [.init("Prefer", "include-unknown-enum-members")])
        #expect(strengths.unavailable == ["NoLicense"])
        #expect(strengths.empty == ["NothingHere"])
        #expect(strengths.auditActivities == ["Update strength"])
        #expect(strengths.auditNouns == ["strength"])
        #expect(strengths.auditIDs == ["policy.key"])
        #expect(strengths.actorID == "appId")
        #expect(strengths.audit.name == "Intune" && strengths.audit.activities == ["strength"])
        #expect(strengths.authorship?.creation.holder == "own")
        #expect(strengths.authorship?.creation.by == "madeBy")
        #expect(strengths.authorship?.update.at == "doneAt")
        #expect(strengths.bucket == .conditionalAccess)
        #expect(strengths.cost == 3)
        #expect(strengths.select == ["name", "displayName", "state"])
        #expect(strengths.expand == "usage")
        #expect(strengths.top == 50)
        #expect(strengths.isAdvanced)
        #expect(strengths.idMember == "name")
        #expect(strengths.volatile == ["modifiedDateTime", "state.lastSeen"])
        #expect(strengths.sets == ["allowedCombinations"])
        #expect(strengths.flags == ["requirementsSatisfied"])
        #expect(strengths.children.map(\.name) == ["strengths/usages"])
    }

    @Test func `evidence says what events name, and a child has its parent's log`() throws {
        let strengths = try #require(try types(Self.everything).first)
        let evidence = try #require(strengths.evidence.first)
        let child = strengths.children[0]

        #expect(evidence.added == ["Add strength to method", "Grow strength"])
        #expect(evidence.removed == ["Remove strength from method"])
        #expect(evidence.clues.map(\.properties) == [[], ["Method.Id"], []])
        #expect(evidence.clues.map(\.isOptional) == [false, false, true])
        guard case .object = evidence.clues[0].place,
            case .member("methodId") = evidence.clues[1].place,
            case .role("kind") = evidence.clues[2].place,
            case .parent = child.evidence[0].clues[0].place
        else {
            Issue.record("\(evidence.clues)")
            return
        }
        #expect(child.evidence[0].clues.map(\.isOptional) == [true, false])
        #expect(child.audit.name == "Intune" && child.audit.activities == ["strength"])
    }

    @Test(arguments: [
        ("auditNouns: x", "auditNouns is not a list"),
        ("auditIDs: ['a..b']", "does not belong in auditIDs"),
        ("actorID: ''", "actorID is empty"),
        ("evidence: {}", "evidence is not a list"),
        ("evidence: [x]", "The evidence is not a mapping"),
        ("evidence: [{add: [a]}]", "there is no key add"),
        ("evidence: [{clues: [{is: object}]}]", "names no activity, added or removed"),
        ("evidence: [{added: [''], clues: []}]", "\"\" does not belong in added"),
        ("evidence: [{added: [a]}]", "no clue that must fit"),
        (
            "evidence: [{added: [a], clues: [{is: object, optional: true}]}]",
            "no clue that must fit"
        ),
        ("evidence: [{added: [a], clues: [{role: kind}]}]", "no clue that must fit"),
        ("evidence: [{added: [a], clues: [{}]}]", "one of is, member and role"),
        (
            "evidence: [{added: [a], clues: [{is: object, member: b}]}]",
            "one of is, member and role"
        ),
        ("evidence: [{added: [a], clues: [{is: target}]}]", "target is neither object nor parent"),
        ("evidence: [{added: [a], clues: [{is: parent}]}]", "only a child has a parent"),
        ("evidence: [{added: [a], clues: [{member: ''}]}]", "member is empty"),
        ("evidence: [{added: [a], clues: [{role: b, in: [C]}]}]", "in no property"),
        (
            "evidence: [{added: [a], clues: [{is: object, optional: 1}]}]",
            "1 is neither true nor false"
        ),
        ("audit: intune", "audit is not a mapping"), ("audit: {}", "audit has no log"),
        ("audit: {log: intunes, activities: [a]}", "intunes is no log"),
        ("audit: {log: intune}", "audit names no activities of the log intune"),
        ("audit: {log: intune, activities: [a], provider: B.C}", "only Azure's log has providers"),
        ("audit: {log: entra, activities: [a]}", "Entra's log is read as a whole"),
        (
            "audit: {log: azure, provider: B.C, activities: [a]}",
            "Azure's log tells of its own types"
        ),
        ("authorship: {creation: {in: a, by: b, at: c}}", "authorship has no update"),
        (
            "authorship: {creation: {in: a, by: b}, update: {in: a, by: b, at: c}}",
            "creation has no at"
        ),
        ("authorship: {made: {}}", "there is no key made"),
        ("walks: [{name: a, path: a, evidence: []}]", "a list in walks has no evidence"),
    ])
    func `a mistake about logs and events is told with its line`(
        line: String, reason: String
    ) throws {
        let failure = try #require(throws: CommandFailure.self) {
            try types(type(replacing: "", by: line))
        }

        #expect(failure.message == "Could not use contoso.yaml, line 8")
        #expect(failure.reason?.contains(reason) == true, "\(failure.reason ?? "")")
        #expect(failure.status == .usage)
    }

    @Test(arguments: [
        ("{log: azure, activities: [a/write]}", "audit has no provider"),
        ("{log: azure, provider: \"A.B' or 1\", activities: [a]}", "is no provider"),
        ("{log: azure, provider: A.B}", "audit names no activities of the log azure"),
        ("{log: intune, activities: [a]}", "Intune's log tells of its own types only"),
    ])
    func `Azure's log is asked for what one provider did`(audit: String, reason: String) throws {
        let azure = "service: azure\n    apiVersion: 2022-04-01\n    audit: \(audit)"

        let failure = try #require(throws: CommandFailure.self) {
            try types(type(replacing: "version", by: azure))
        }

        #expect(failure.message == "Could not use contoso.yaml, line 9")
        #expect(failure.reason?.contains(reason) == true, "\(failure.reason ?? "")")
    }

    @Test func `a type of the file can have places, walks and another service`() throws {
        let rights = try #require(try types(Self.everything).last)
        #expect(
            rights.audit.name == "Azure" && rights.audit.activities == ["Own.Rights/rights/write"])

        #expect(rights.service == .azure(apiVersion: "2022-04-01-preview"))
        #expect(rights.bucket == .azure)
        #expect(rights.lastParts == ["properties.roleId"])
        #expect(rights.secrets == ["properties.note"])
        #expect(rights.walks.map(\.name) == ["groups", "named", "rows", "inner"])
        #expect(rights.walks[0].idMember == "properties.scope")
        #expect(rights.walks[1].service == .graph && rights.walks[1].bucket == .directory)
        #expect(rights.walks[1].partFilter == "below()" && rights.walks[1].idForm == "*/**")
        #expect(rights.walks[2].isPart && rights.walks[2].bucket == .azureResourceGraph)
        #expect(rights.walks[2].rows?.contains("project name, id") == true)
        #expect(rights.walks[3].walks.map(\.name) == ["outer"])
        guard case .files(let places) = rights.placement else {
            Issue.record("there are no places")
            return
        }
        let texts = ["name": "n", "id": "/a/b", "properties.scope": "/s/1", "properties.who": "w"]
        let group = "/providers/M.M/managementGroups/g"
        #expect(
            places[0].path { $0 == "parent" ? group : texts[$0] } == ["Groups", "g", "n"])
        #expect(places[0].path { $0 == "parent" ? "/subscriptions/s" : texts[$0] } == nil)
        #expect(places[1].path { texts[$0] } == ["Others", "&s&1", "w&b"])
    }

    @Test func `files can stand straight in their folder`() throws {
        let flat = try types(type(replacing: "", by: "placement: flat")).first

        #expect(flat?.hasFolders == false)
    }

    @Test(arguments: [
        ("service: arm", "arm is no service"),
        ("service: azure", "a type of Azure's has an apiVersion"),
        ("apiVersion: 2022-04-01", "apiVersion is a word of Azure's types"),
        ("placement: nested", "nested is no placement"),
        ("placement: [x]", "The place is not a mapping"),
        ("placement: [{where: a, is: b}]", "the place has no file"),
        ("placement: [{file: a, if: b}]", "there is no key if"),
        ("placement: [{file: a, is: b}]", "is says what a member looks like"),
        ("placement: [{file: '../{id}'}]", "is no place for a file"),
        ("placement: [{file: 'a/{id'}]", "is no place for a file"),
        ("placement: [{file: 'a//{id}'}]", "is no place for a file"),
        ("placement: [{file: 'a:b/{id}'}]", "is no place for a file"),
        ("placement: [{file: '{id}.json'}]", "is no place for a file"),
        ("placement: [{file: '{a:0}'}]", "is no place for a file"),
        ("placement: [{file: '{}'}]", "is no place for a file"),
        ("walks: x", "walks is not a list"), ("walks: []", "walks names no list"),
        ("walks: [{path: a}]", "the type has no name"),
        ("walks: [{name: a}]", "the type has no path"),
        ("walks: [{name: a, path: a, folder: A}]", "a list in walks has no folder"),
        ("walks: [{name: a, path: a, volatile: [x]}]", "a list in walks has no volatile"),
        ("walks: [{name: a, path: '{parent}/a'}]", "is no path"),
        ("walks: [{name: a, path: a, isPart: 1}]", "1 is neither true nor false"),
        ("walks: [{name: a, path: a}, {name: a, path: b}]", "there is a list a already"),
        ("walks: [{name: a, path: a, rows: resources}]", "rows are asked of Azure only"),
        (
            "walks: [{name: a, path: a, service: azure, apiVersion: '1', rows: r | project name}]",
            "rows does not project id"
        ),
        ("isPart: true", "isPart is a word of the lists in walks"),
        ("partFilter: a", "partFilter is a word of the lists in walks"),
        ("idForm: a", "idForm is a word of the lists in walks"),
        ("rows: resources | project id", "rows are asked of Azure only"),
        ("children: [{name: c, path: c, folder: C, walks: []}]", "has no walks"),
        ("children: [{name: c, path: c, folder: C, placement: flat}]", "have folders"),
        (
            "children: [{name: c, path: c, folder: C, service: azure, apiVersion: '1'}]",
            "only a type at the top"
        ),
    ])
    func `a mistake about places, walks and services is told with its line`(
        line: String, reason: String
    ) throws {
        let text = type(replacing: "", by: line)

        let failure = try #require(throws: CommandFailure.self) { try types(text) }

        #expect(failure.message == "Could not use contoso.yaml, line 8")
        #expect(failure.reason?.contains(reason) == true, "\(failure.reason ?? "")")
    }

    @Test func `walks need a path that names their objects`() throws {
        let walks = "walks: [{name: a, path: a}]"
        let named = "path: '{parent/}/b'\n    \(walks)"

        #expect(try types(type(replacing: "path", by: named)).first?.walks.count == 1)
        let failure = try #require(throws: CommandFailure.self) {
            try types(type(replacing: "", by: walks))
        }
        #expect(failure.reason?.contains("names an object of theirs") == true)
    }

    @Test(arguments: [
        ("version: v1.0", "a type of Azure's has no version"),
        ("children: [{name: c, path: c, folder: C}]", "a type of Azure's has no children"),
    ])
    func `a type of Azure's has not what only Graph has`(line: String, reason: String) throws {
        let azure = "service: azure\n    apiVersion: 2022-04-01\n    \(line)"

        let failure = try #require(throws: CommandFailure.self) {
            try types(type(replacing: "version", by: azure))
        }

        #expect(failure.message == "Could not use contoso.yaml, line 9")
        #expect(failure.reason == reason)
    }

    @Test(arguments: TypeWords.Word.allCases)
    func `no word is passed over`(word: TypeWords.Word) throws {
        let lines = Self.everything.split(separator: "\n", omittingEmptySubsequences: false)

        #expect(lines.contains { $0.drop { " -".contains($0) }.hasPrefix("\(word.rawValue):") })
    }

    @Test func `four words are enough, the others have the catalog's defaults`() throws {
        let plain = try #require(
            try types(
                """
                customTypes:
                - {name: strengths, path: a/b, folder: Strengths, permissions: [P.Read.All]}
                """
            ).first)
        let catalog = GraphResource(
            "strengths", path: "a/b", folder: "Strengths", groups: ["All"],
            permissions: Permissions("P.Read.All"))

        #expect("\(plain)" == "\(catalog)")
    }

    @Test func `a child takes version, groups and permissions over, and may name its parent`()
        throws
    {
        let parent = try #require(
            try types(
                """
                customTypes:
                - name: a
                  version: beta
                  path: a
                  folder: A
                  groups: [Config]
                  permissions: [P.Read.All]
                  children:
                  - {name: a/b, path: 'x/{parent}/b', filter: "k eq '{parent}'", folder: B, children: [{name: c, path: c, folder: ""}]}
                  - {name: d, path: d, folder: D, version: v1.0, groups: [All], permissions: [Q.Read]}
                """
            ).first)

        #expect(parent.family.map(\.name) == ["a", "a/b", "a/b/c", "a/d"])
        let child = parent.children[0]
        #expect(child.version == .beta)
        #expect(child.groups == ["All", "Config"])
        #expect(child.permissions.application == ["P.Read.All"])
        #expect(child.children[0].folder.isEmpty)
        let other = parent.children[1]
        #expect(other.version == .v1)
        #expect(other.groups == ["All"])
        #expect(other.permissions.delegated == ["Q.Read"])
    }

    @Test func `an object and a single file can be declared`() throws {
        let types = try types(
            """
            customTypes:
            - {name: a, path: a, answer: object, folder: A/A.json, permissions: [P.Read]}
            - {name: b, path: a, answer: object, folder: A/B.json, permissions: [P.Read]}
            """)

        #expect(types.map(\.isSingleFile) == [true, true])
        #expect(types.map(\.answer) == [.object, .object])
    }

    @Test func `types of the file stand beside those of the catalog in a choice`() throws {
        let file = try ConfigurationFile(Array(Self.everything.utf8), at: "contoso.yaml")
        let catalog = GraphResource.all + file.customTypes

        let byName = try BackupRequest(flags([.type: ["STRENGTHS"]]), from: catalog)
        let byGroup = try BackupRequest(flags([.type: ["mine"]]), from: catalog)
        let standard = try BackupRequest(Settings(), from: catalog)
        let without = try BackupRequest(flags([.exclude: ["strengths/usages"]]), from: catalog)

        #expect(byName.selection.resources.map(\.resource.name) == ["strengths"])
        #expect(byName.selection.resources[0].children.count == 1)
        #expect(byGroup.selection.resources.map(\.resource.name) == ["strengths"])
        #expect(standard.selection.resources.last?.resource.name == "strengths")
        #expect(standard.selection.resources.count > 1)
        #expect(without.selection.resources.last?.children.isEmpty == true)
    }

    @Test func `the README shows every key there is and every word of a type`() throws {
        let readme = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "README.md")
        let text = try String(contentsOf: readme, encoding: .utf8)
        let blocks = text.components(separatedBy: "```")
        let example = try #require(blocks.first { $0.hasPrefix("yaml\n") }).dropFirst(5)

        let file = try ConfigurationFile(Array(example.utf8), at: "README.md")

        #expect(file.customTypes.map(\.name) == ["authenticationStrengths"])
        for key in ConfigurationFile.keys { #expect(example.contains("\(key):"), "\(key)") }
        for word in TypeWords.Word.allCases {
            #expect(text.contains("`\(word.rawValue)`"), "\(word.rawValue)")
        }
        let others = blocks.filter { $0.hasPrefix("yaml\ncustomTypes") }
        #expect(try others.flatMap { try types(String($0.dropFirst(5))) }.count == 1)
    }

    // MARK: Mistakes

    /// The line a mistake must be found on is the one that ends in `# here`.
    private func expectMistake(
        _ text: String, _ reason: String, hint: String? = nil
    ) throws {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let line = try #require(lines.firstIndex { $0.hasSuffix("# here") }) + 1

        let failure = try #require(throws: CommandFailure.self) { try types(text) }

        #expect(failure.message == "Could not use contoso.yaml, line \(line)")
        #expect(failure.reason == reason)
        #expect(failure.status == .usage)
        if let hint { #expect(failure.hint?.contains(hint) == true, "\(failure.hint ?? "")") }
    }

    /// A sound type whose `key` is replaced by `line`, or left out; the line is the last one.
    private func type(replacing key: String = "", by line: String = "") -> String {
        let sound = [
            "name: strengths", "path: policies/strengths", "folder: Custom/Strengths",
            "groups: [Config]", "permissions: [Policy.Read.All]", "version: v1.0",
        ]
        let others = sound.filter { key.isEmpty || !$0.hasPrefix("\(key):") }
        let lines = others + (line.isEmpty ? [] : [line])
        return "customTypes:\n  - " + lines.joined(separator: "\n    ") + "\n"
    }

    @Test func `the sound type of these tests is one`() throws {
        #expect(try types(type()).count == 1)
    }

    @Test(arguments: [
        ("name", "naem: strengths # here", "there is no key naem", "name"),
        ("", "fodler: x # here", "there is no key fodler", "folder"),
        ("", "Select: [id] # here", "there is no key Select", "select"),
        (
            "permissions", "permissions: {aplication: [A.Read]} # here",
            "there is no key aplication", "application"
        ),
        ("version", "version: v1 # here", "v1 is no version", "Did you mean v1.0?"),
        ("version", "version: 1.0 # here", "1.0 is no version", "v1.0, beta"),
        ("", "answer: list # here", "list is no answer", "collection, object"),
        ("", "bucket: directroy # here", "directroy is no bucket", "Did you mean directory?"),
    ])
    func `a wrong word is told with the nearest`(
        key: String, line: String, reason: String, hint: String
    ) throws {
        try expectMistake(type(replacing: key, by: line), reason, hint: hint)
    }

    @Test(arguments: ["path", "folder", "permissions"])
    func `a missing word is told with the line of its type`(key: String) throws {
        let text = type(replacing: key).replacing("name: strengths", with: "name: x # here")

        try expectMistake(text, "the type has no \(key)")
    }

    @Test func `a type without a name is told with its line`() throws {
        try expectMistake(
            "customTypes:\n- {path: a, folder: A, permissions: [P.Read]} # here\n",
            "the type has no name")
    }

    @Test(arguments: [
        ("https://graph.microsoft.com/v1.0/users", "is not relative"),
        ("//evil.example/users", "is not relative"), ("/users", "is not relative"),
        ("v1.0/users", "begins with a version"), ("beta/users", "begins with a version"),
        ("a/../b", "is no path"), ("a//b", "is no path"), ("a/", "is no path"),
        ("a?$top=3", "is no path"), ("a%2F..", "is no path"), ("a b", "is no path"),
        ("a\\b", "is no path"), ("{id}/a", "is no path"), ("{parent}/a", "is no path"),
        ("a/.", "is no path"),
    ])
    func `a path leads below the version and nowhere else`(path: String, reason: String) throws {
        let text = type(replacing: "path", by: "path: '\(path)' # here")

        let failure = try #require(throws: CommandFailure.self) { try types(text) }

        #expect(failure.message == "Could not use contoso.yaml, line 7")
        #expect(failure.reason?.contains(reason) == true)
    }

    @Test(arguments: [
        ("../Strengths", "leaves the root"), ("/Strengths", "leaves the root"),
        ("A/../B", "leaves the root"), ("A//B", "not every file system"),
        ("A/", "not every file system"), ("", "not every file system"),
        ("A/CON", "not every file system"), (".git/x", "not every file system"),
        ("A/b:c", "not every file system"), ("./A", "not every file system"),
        ("A\\B", "not every file system"), ("A/b ", "not every file system"),
        ("Users", "is that of the type users"), ("uSERS", "is that of the type users"),
        ("Users/Extra", "the type users lie in one another"),
        ("Identity/Conditional", "the type conditionalAccessPolicies lie in one another"),
        ("Organization", "the type organization lie in one another"),
        ("Organization/Organization.json", "is that of the type organization"),
        ("organization/organization.JSON/x", "the type organization lie in one another"),
    ])
    func `a folder stays in the root, fits every file system, and is the type's own`(
        folder: String, reason: String
    ) throws {
        let text = type(replacing: "folder", by: "folder: '\(folder)' # here")

        let failure = try #require(throws: CommandFailure.self) { try types(text) }

        #expect(failure.message == "Could not use contoso.yaml, line 7")
        #expect(failure.reason?.contains(reason) == true, "\(failure.reason ?? "")")
    }

    @Test(arguments: [
        ("name: users", "there is a type users already"),
        ("name: NAMEDLOCATIONS", "there is a type NAMEDLOCATIONS already"),
        ("name: ConditionalAccess", "there is a group of types ConditionalAccess already"),
        ("name: 'a,b'", "a type cannot have the name \"a,b\""),
        ("name: groups/mine", "a type cannot have the name \"groups/mine\""),
        ("name: -x", "a type cannot have the name \"-x\""), ("name: ''", "name is empty"),
        ("name: [x]", "name is not a single value"), ("name: ~", "name has no value"),
    ])
    func `a name is one word that nobody has`(line: String, reason: String) throws {
        try expectMistake(type(replacing: "name", by: "\(line) # here"), reason)
    }

    @Test(arguments: [
        ("cost: 0", "0 is not a number from 1 to 100"),
        ("top: 1000", "1000 is not a number from 1 to 999"),
        ("top: many", "many is not a number from 1 to 999"),
        ("isAdvanced: perhaps", "perhaps is neither true nor false"),
        ("filter: id eq '{parent}'", "only the filter of a child"),
        ("headers: [x]", "headers is not a mapping"),
        ("headers: {authorization: Bearer x}", "cannot send the header authorization"),
        ("headers: {'a b': x}", "cannot send the header a b"),
        ("headers: {Prefer: \"a\\r\\nHost: b\"}", "no header has the value of Prefer"),
        ("unavailable: ['']", "\"\" does not belong in unavailable"),
        ("select: id", "select is not a list"),
        ("select: [displayName]", "select leaves out id, which names an object"),
        ("select: [id, 'a,b']", "\"a,b\" does not belong in select"),
        ("select: [id, a, id]", "id stands twice in select"),
        ("sets: ['a..b']", "\"a..b\" does not belong in sets"),
        ("volatile: [id]", "id names an object and cannot be in volatile"),
        ("children: x", "children is not a list"), ("children: [x]", "The type is not a mapping"),
        ("children: [{name: c, path: c}]", "the type has no folder"),
        ("children: [{name: c, path: /c, folder: C}]", "the path /c is not relative"),
        ("children: [{name: c, path: c, folder: C.json}]", "C.json is a file"),
        (
            "children: [{name: c, path: c, folder: C, groups: [Users]}]",
            "strengths does not belong to the group Users"
        ),
        (
            "children: [{name: c, path: c, folder: C}, {name: d, path: d, folder: c}]",
            "lie in one another"
        ),
        (
            "children: [{name: c, path: c, folder: C}, {name: c, path: d, folder: D}]",
            "there is a child strengths/c already"
        ),
    ])
    func `what a word cannot hold is refused`(line: String, reason: String) throws {
        let text = type(replacing: "", by: line)

        let failure = try #require(throws: CommandFailure.self) { try types(text) }

        #expect(failure.message == "Could not use contoso.yaml, line 8")
        #expect(failure.reason?.contains(reason) == true, "\(failure.reason ?? "")")
        #expect(failure.status == .usage)
    }

    @Test func `a single file has no children`() throws {
        try expectMistake(
            """
            customTypes:
            - name: a
              path: a
              folder: A.json
              permissions: [P.Read]
              children: # here
              - {name: c, path: c, folder: C}
            """, "a type that one file holds, A.json, has no children")
    }

    @Test func `two types of the file do not get in each other's way`() throws {
        let one = "customTypes:\n- {name: a, path: a, folder: A/B, permissions: [P.Read]}\n"

        try expectMistake(
            one + "- {name: A, path: b, folder: C, permissions: [P.Read]} # here\n",
            "there is a type A already")
        try expectMistake(
            one + "- {name: b, path: b, folder: a/b, permissions: [P.Read]} # here\n",
            "the folder a/b is that of the type a")
        try expectMistake(
            one + "- {name: b, path: b, folder: A, permissions: [P.Read]} # here\n",
            "the folder A and the folder A/B of the type a lie in one another")
    }

    @Test func `a mistake in a child is told with the child's line`() throws {
        try expectMistake(
            """
            customTypes:
            - name: a
              path: a
              folder: A
              permissions: [P.Read]
              children:
              - name: b
                path: b
                folder: B
                idmember: key # here
            """, "there is no key idmember", hint: "Did you mean idMember?")
    }

    @Test(arguments: ["customTypes: x", "customTypes: {name: x}", "customTypes: ~"])
    func `customTypes is a list`(text: String) throws {
        try expectMistake("\(text) # here", "customTypes is not a list")
    }
}
