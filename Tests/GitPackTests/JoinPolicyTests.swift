import TestSupport
import Testing

@testable import GitPack

struct JoinPolicyTests {
    @Test(arguments: [
        ([], 0), ([1], 0), ([5, 5], 2), ([1, 2, 6, 18], 0), ([1, 2, 5, 18], 3), ([1, 1, 100], 2),
        ([3, 3, 3, 100], 3), ([3, 3, 3, 17], 4), ([0, 0, 7], 0), ([0, 1, 1, 2], 4),
    ])
    func `as many of the smallest are joined as it takes`(counts: [Int], joined: Int) {
        #expect(JoinPolicy.joinedCount(of: counts, few: 1) == joined)
    }

    @Test func `what is left holds twice as much as all that is smaller`() {
        var random = SplitMix64(seed: 41)
        for _ in 0..<200 {
            let counts = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                1 << Int.random(in: 0...20, using: &random)
            }.sorted()

            let left = join(counts, few: 0)

            for (place, count) in left.enumerated() {
                #expect(count >= 2 * left[..<place].reduce(0, +))
            }
            #expect(left.reduce(0, +) == counts.reduce(0, +))
            #expect(JoinPolicy.joinedCount(of: left, few: 0) == 0)
        }
    }

    /// A run's pack of 70 objects; or between 3 and 200, and one in thirty of thousands.
    @Test(arguments: [1_000, 10_000], [false, true])
    func `never more than 20 packs, and little is copied`(runs: Int, varies: Bool) {
        var random = SplitMix64(seed: 42)
        var packs = [300_000]
        var (most, joins, copied, added) = (0, 0, 0, 0)
        for _ in 0..<runs {
            let isLarge = Int.random(in: 0..<30, using: &random) == 0
            let range = isLarge ? 1_000...20_000 : 3...200
            let count = varies ? Int.random(in: range, using: &random) : 70
            added += count
            packs = (packs + [count]).sorted()
            let left = join(packs)
            if left.count < packs.count {
                joins += 1
                copied += packs.prefix(packs.count - left.count + 1).reduce(0, +)
            }
            packs = left
            most = max(most, packs.count)
        }

        #expect(most <= 10)
        #expect(joins <= runs / 4)
        #expect(copied <= 10 * added)
    }

    private func join(_ counts: [Int], few: Int = JoinPolicy.few) -> [Int] {
        let joined = JoinPolicy.joinedCount(of: counts, few: few)
        guard joined > 0 else { return counts }
        return ([counts.prefix(joined).reduce(0, +)] + counts.dropFirst(joined)).sorted()
    }
}
