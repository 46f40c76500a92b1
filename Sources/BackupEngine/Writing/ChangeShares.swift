import GitObjects

/// The people and applications who changed something, as a commit names them.
package struct Authors: Hashable, Sendable {
    /// Display names, the newest change's first.
    package let names: [String]
    /// The first one's principal name.
    package let email: String
    /// Of their newest change; seconds since 1970, UTC.
    package let time: Int64

    package init(names: [String], email: String, time: Int64) {
        self.names = names
        self.email = email
        self.time = time
    }

    var signature: Signature {
        Signature(name: names.joined(separator: ", "), email: email, time: time)
    }
}

/// How a run's changes are divided into commits: those of the same authors form one.
struct ChangeShares: Sendable {
    /// Whose each commit is, in the order of the commits; `nil` where nobody is known.
    let authors: [Authors?]
    /// The commit of each change, by the change's place.
    let shares: [UInt32]

    /// Divides changes. The oldest commit comes first; what nobody is known to have done is the
    /// last, but in a first run, where it is what everything else was done to.
    ///
    /// - Parameter authors: of the change at a place.
    init(_ count: Int, isFirstRun: Bool, _ authors: (Int) -> Authors?) {
        var known: [Authors?: UInt32] = [:]
        var found: [UInt32] = []
        found.reserveCapacity(count)
        var last: (authors: Authors?, share: UInt32)?
        for place in 0..<count {
            let authors = authors(place)
            if let last, last.authors == authors {
                found.append(last.share)
                continue
            }
            let share = known[authors] ?? UInt32(known.count)
            known[authors] = share
            last = (authors, share)
            found.append(share)
        }
        let sorted = known.sorted { Self.precedes($0.key, $1.key, isFirstRun) }
        var places = [UInt32](repeating: 0, count: sorted.count)
        for (place, share) in sorted.enumerated() { places[Int(share.value)] = UInt32(place) }
        self.authors = sorted.map(\.key)
        for index in found.indices { found[index] = places[Int(found[index])] }
        shares = found
    }

    private static func precedes(_ one: Authors?, _ other: Authors?, _ isFirstRun: Bool) -> Bool {
        guard let one else { return isFirstRun && other != nil }
        guard let other else { return !isFirstRun }
        if one.time != other.time { return one.time < other.time }
        return one.names.lexicographicallyPrecedes(other.names)
    }

    /// Places of the changes in one commit.
    func places(of share: Int) -> some Sequence<Int> {
        shares.indices.lazy.filter { Int(shares[$0]) == share }
    }
}
