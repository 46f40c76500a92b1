/// What a person may have meant who names a repository by something that is no path.
///
/// Any text is the name of a folder, so without this a backup would be made in one called `https:`.
enum RepositoryPath {
    /// Why no repository can be at `text`, and what to write instead; `nil` if it is a path.
    static func obstacle(_ text: String) -> (reason: String, hint: String)? {
        if text.hasPrefix("~") {
            return (
                "no shell has replaced the ~ in it",
                "Write the full path, or $HOME where a shell reads it. A folder whose name begins "
                    + "with ~ is ./~…"
            )
        }
        // Git takes it for a host, too, if the first colon comes before the first slash.
        let start = text.prefix { $0 != "/" }
        guard let colon = start.firstIndex(of: ":") else { return nil }
        let isURL = text[colon...].hasPrefix("://")
        return (
            isURL
                ? "it is a URL, but a repository is a folder of this machine"
                : "it is the address of a host, but a repository is a folder of this machine",
            isURL && text.hasPrefix("file:")
                ? "Write the path alone."
                : "Name the remote with --push (TENANTKEEP_PUSH, or remote: in the configuration), "
                    + "and a folder such as ./tenant.git here. A folder with a colon in its name is "
                    + "./name:…"
        )
    }
}
