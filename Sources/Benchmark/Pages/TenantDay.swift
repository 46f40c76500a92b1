/// What changes in a tenant within a day: some users get another job, on few pages.
struct TenantDay {
    let number: Int
    let changes: Int

    /// Users that change together on a page. Only the pages touched are written anew; a page's
    /// neighbours are strewn over the whole of the repository's tree.
    private static let perPage = 10

    /// Edits recorded pages in place.
    func apply(to pages: PageFolder) throws {
        var left = changes
        var turn = 0
        while left > 0 {
            let page = (number * 7 + turn) % pages.count
            var editor = try PageEditor(pages.read(page))
            // A page visited twice on one day is changed where it was not yet.
            let skipped = turn / pages.count * Self.perPage
            let count = min(left, Self.perPage, max(editor.objects.count - skipped, 1))
            for place in 0..<count {
                let object = (number * 131 + skipped + place) % editor.objects.count
                try editor.move(object, to: number)
            }
            try writeFile(editor.bytes(), to: pages.file(page))
            left -= count
            turn += 1
        }
    }
}
