/// How to make one object from another, in git's delta format.
package struct ObjectDelta: Sendable {
    let bytes: [UInt8]

    /// Bytes of the delta.
    package var count: Int { bytes.count }

    /// A place where two texts differ; between two of them they are equal.
    package struct Difference: Sendable {
        /// What stands there in the base, and what in the target.
        package let base: Range<Int>
        package let target: Range<Int>

        package init(base: Range<Int>, target: Range<Int>) {
            self.base = base
            self.target = target
        }
    }

    /// The delta that makes `target` of `base`.
    ///
    /// - Parameter differences: in ascending order.
    package init(from base: [UInt8], to target: [UInt8], _ differences: [Difference]) {
        var delta = DeltaWriter()
        base.withUnsafeBytes { base in
            target.withUnsafeBytes { target in
                delta.begin(baseCount: base.count, targetCount: target.count)
                var equal = 0
                for difference in differences {
                    if difference.base.lowerBound > equal {
                        delta.copy(base, equal, difference.base.lowerBound - equal)
                    }
                    let literal = UnsafeRawBufferPointer(rebasing: target[difference.target])
                    if !literal.isEmpty { delta.insert(literal, after: base) }
                    equal = difference.base.upperBound
                }
                if base.count > equal { delta.copy(base, equal, base.count - equal) }
                delta.finish(base)
            }
        }
        bytes = delta.bytes
    }
}
