import GitObjects

/// The people and applications who changed something, as a commit names them.
package struct Authors: Hashable, Sendable {
    /// Display names, the newest change's first.
    package let names: [String]
    /// The first one's principal name.
    package let email: String
    /// Of their newest change; seconds since 1970, UTC.
    package let time: Int64
    /// What tells people of one name apart, in the order of the names; empty if nothing does.
    package let ids: [String]

    package init(names: [String], email: String, time: Int64, ids: [String] = []) {
        self.names = names
        self.email = email
        self.time = time
        self.ids = ids
    }

    var signature: Signature {
        Signature(name: names.joined(separator: ", "), email: email, time: time)
    }
}

/// Whose a change is.
enum Owner: Hashable, Sendable {
    /// Nobody's: what everything else was done to. In the configured name.
    case baseline
    case authors(Authors)
    /// Somebody's whom nobody knows.
    case unknown

    var authors: Authors? {
        if case .authors(let authors) = self { return authors }
        return nil
    }
}

/// How a run's changes are divided into commits: those of the same owner form one.
struct ChangeShares: Sendable {
    /// Whose each commit is, in the order of the commits.
    let owners: [Owner]
    /// The commit of each change, by the change's place.
    let shares: [UInt32]
    /// Places of all changes, commit by commit.
    private let order: [UInt32]
    /// Where each commit's begin in `order`, and where the last one's end.
    private let starts: [Int]

    /// Divides changes. The baseline comes first, then the oldest commit; what nobody is known to
    /// have done is the last.
    ///
    /// - Parameter owner: of the change at a place.
    init(_ count: Int, _ owner: (Int) -> Owner) {
        var known: [Owner: UInt32] = [:]
        var found: [UInt32] = []
        found.reserveCapacity(count)
        var last: (owner: Owner, share: UInt32)?
        for place in 0..<count {
            let owner = owner(place)
            if let last, last.owner == owner {
                found.append(last.share)
                continue
            }
            let share = known[owner] ?? UInt32(known.count)
            known[owner] = share
            last = (owner, share)
            found.append(share)
        }
        let sorted = known.sorted { Self.precedes($0.key, $1.key) }
        var places = [UInt32](repeating: 0, count: sorted.count)
        for (place, share) in sorted.enumerated() { places[Int(share.value)] = UInt32(place) }
        owners = sorted.map(\.key)
        for index in found.indices { found[index] = places[Int(found[index])] }
        shares = found
        (order, starts) = Self.places(of: found, count: sorted.count)
    }

    private static func places(
        of shares: [UInt32], count: Int
    ) -> (order: [UInt32], starts: [Int]) {
        var starts = [Int](repeating: 0, count: count + 1)
        for share in shares { starts[Int(share) + 1] += 1 }
        for share in 0..<count { starts[share + 1] += starts[share] }
        var next = starts
        var order = [UInt32](repeating: 0, count: shares.count)
        for (place, share) in shares.enumerated() {
            order[next[Int(share)]] = UInt32(place)
            next[Int(share)] += 1
        }
        return (order, starts)
    }

    private static func precedes(_ one: Owner, _ other: Owner) -> Bool {
        guard let authors = one.authors, let others = other.authors else {
            return one != other && (one == .baseline || other == .unknown)
        }
        if authors.time != others.time { return authors.time < others.time }
        if authors.names != others.names {
            return authors.names.lexicographicallyPrecedes(others.names)
        }
        return authors.ids.lexicographicallyPrecedes(others.ids)
    }

    /// Places of the changes in one commit.
    func places(of share: Int) -> some Sequence<Int> {
        order[starts[share]..<starts[share + 1]].lazy.map(Int.init)
    }
}
