extension SimulatedTenant {
    /// One line of JSON that says where the tenant is and how to sign in to it.
    package var announcement: String {
        let app = self.app
        var json: JSON = [
            "graph": JSON(graph), "authority": JSON(authority), "arm": JSON(arm),
            "tenant": JSON(tenantID),
            "clientID": JSON(app.clientID), "clientSecret": JSON(app.secret),
        ]
        if let certificate { json["certificate"] = JSON(certificate) }
        return json.compact
    }
}
