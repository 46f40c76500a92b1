import AsyncHTTPClient
import NIOHTTP1

extension HTTPClientRequest {
    /// A GET, or a POST if there is JSON to be sent with it.
    init(_ url: String, sending body: String?) {
        self.init(url: url)
        guard let body else { return }
        method = .POST
        headers.add(name: "content-type", value: "application/json")
        self.body = .bytes(Array(body.utf8))
    }
}
