import FoundationEssentials

/// What this machine shows of where it runs, without asking anybody.
struct MachineTraits: Sendable {
    /// A virtual machine of Azure, which has a metadata service.
    let isAzure: Bool
    /// A server that Azure Arc manages.
    let hasArcAgent: Bool

    /// The chassis of every virtual machine of Azure bears one tag.
    static var this: MachineTraits {
        let tag = try? readSmallFile("/sys/class/dmi/id/chassis_asset_tag", limit: 256)
        let azure = "7783-7084-3265-9085-8269-3286-77"
        return MachineTraits(
            isAzure: tag.map { String(decoding: $0, as: UTF8.self).trimmingSpaces } == azure[...],
            hasArcAgent: FileManager.default.fileExists(atPath: "/opt/azcmagent/bin/himds"))
    }
}
