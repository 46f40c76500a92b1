extension [Double] {
    /// The value in the middle; of an even number, the mean of the two. Not a number if empty.
    var median: Double {
        guard !isEmpty else { return .nan }
        let sorted = sorted()
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }
}
