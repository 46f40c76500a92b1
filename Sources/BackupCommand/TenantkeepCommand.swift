@main
struct TenantkeepCommand {
    static func main() {}
}
