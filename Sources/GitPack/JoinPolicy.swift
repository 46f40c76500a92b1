/// Which packs are joined, by the number of their objects, as `git repack --geometric=2` has it.
///
/// A year of small packs becomes one once, not every day: whenever there are more than a few, as many
/// of the smallest are joined as it takes for every pack to hold at least twice as many objects as
/// all smaller ones together. What is left then grows threefold from pack to pack, so 775 million
/// objects fit into 20 packs.
///
/// Simulated for runs of 70 objects upon a first one of 300,000: never more than 8 packs in 1,000
/// runs and in 10,000; every fourth or fifth run joins, and an object is copied 6 times on average in
/// 1,000 runs, 10 times in 10,000.
enum JoinPolicy {
    /// So many packs may stand side by side as they are.
    ///
    /// Each holds a whole copy of a large folder's tree, so more would take more room; with fewer,
    /// half of all runs would join.
    static let few = 8

    /// Returns how many of the packs to join, the smallest first; 0 for none.
    ///
    /// - Parameters:
    ///   - counts: the objects in each pack, in ascending order.
    ///   - few: so many packs are left as they are.
    static func joinedCount(of counts: [Int], few: Int = few) -> Int {
        guard counts.count > few else { return 0 }
        var (joined, sum) = (0, 0)
        for (place, count) in counts.enumerated() {
            if count < 2 * sum { joined = place + 1 }
            sum += count
        }
        return joined
    }
}
