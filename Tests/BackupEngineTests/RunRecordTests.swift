import FoundationEssentials
import Testing

@testable import BackupEngine

struct RunRecordTests {
    @Test(arguments: [
        ("-5", 0), ("\(Int.min)", 0), ("0", 0), ("412", 412), ("\(Int.max)", 1 << 40),
    ])
    func `a number of a record fits whatever is made of it`(text: String, count: Int) throws {
        let json = """
            {"outcome": "complete", "objects": \(text), "created": \(text), "updated": \(text),
             "deleted": \(text), "requests": \(text)}
            """

        let record = try JSONDecoder().decode(TypeRecord.self, from: Data(json.utf8))

        #expect(
            [record.objects, record.created, record.updated, record.deleted, record.requests]
                == Array(repeating: count, count: 5))
    }
}
