/// What changes in a tenant within a day: some users get another job, on few pages.
struct TenantDay {
    let number: Int
    let changes: Int

    /// Users of a page that change on one day, so that few pages have to be written anew. In the
    /// repository a page's users are strewn over the whole tree all the same.
    private static let perPage = 10

    /// Edits recorded pages in place.
    func apply(to pages: PageFolder) throws {
        var left = changes
        var turn = 0
        while left > 0 {
            let page = (number * 7 + turn) % pages.count
            left -= try change(pages, page, lap: turn / pages.count, atMost: left)
            turn += 1
        }
    }

    /// Changes some users of a page and returns how many. Where all pages have had their turn and
    /// still more is to change, each lap takes other users.
    private func change(
        _ pages: PageFolder, _ page: Int, lap: Int, atMost limit: Int
    ) throws -> Int {
        var editor = try PageEditor(pages.read(page))
        let users = editor.objects.count
        let first = min(lap * Self.perPage, users)
        let places = (first..<min(first + Self.perPage, users)).prefix(limit)
        for place in places { try editor.move((number * 131 + place) % users, to: number) }
        if !places.isEmpty { try writeFile(editor.bytes(), to: pages.file(page)) }
        return places.count
    }
}
