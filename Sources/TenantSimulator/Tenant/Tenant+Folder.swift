/// Why a folder is not a tenant.
package struct FixtureError: Error, CustomStringConvertible {
    package let description: String
}

extension Tenant {
    /// Reads a tenant from a folder of JSON.
    ///
    /// - `tenant.json` names it and the applications that can sign in:
    ///   `{"id", "domain", "displayName", "premium", "intune", "applications": [{"clientID", "secret",
    ///   "displayName", "servicePrincipalID", "permissions": [], "certificates": [],
    ///   "federatedCredentials": [{"issuer", "subject", "audience"}], "delegated": false,
    ///   "azureScopes": ["/"], "managedIdentity": "system" or the ID of its resource}]}`.
    /// - Every other file is one Graph path: `users.json`, `policies/authorizationPolicy.json`,
    ///   `groups/<id>/members.json`. An array is a collection, an object a singleton.
    /// - Files below `arm` are what Azure Resource Manager holds (``Azure``).
    /// - An entry of a collection is an object with an `id`. In a collection of references
    ///   (members, owners, policies of an application) it is the ID of an object of the directory, as a string.
    /// - A member whose name begins with `/` is a collection below the object: `"/members": ["…"]`.
    ///   This is the only way to give children to an object whose ID no file could be named after.
    /// - A member `beta:name` or `v1.0:name` is seen in that version only; `expand:name` only when
    ///   the request expands it. Inside what is expanded, both mean the same.
    init(folder: String) throws {
        let manifest = try Self.parse("\(folder)/tenant.json")
        guard let id = manifest["id"]?.string, let domain = manifest["domain"]?.string else {
            throw FixtureError(description: "\(folder)/tenant.json lacks an id or a domain")
        }
        self.init(
            id: id, domain: domain, displayName: manifest["displayName"]?.string ?? domain)
        isPremium = manifest["premium"]?.bool ?? true
        hasIntune = manifest["intune"]?.bool ?? true
        registrations = (manifest["applications"]?.elements ?? []).compactMap(AppRegistration.init)
        for file in try files(below: folder)
        where file.hasSuffix(".json") && file != "tenant.json" {
            store(try Self.parse("\(folder)/\(file)"), at: TenantPath(String(file.dropLast(5))))
        }
    }

    private static func parse(_ path: String) throws -> JSON {
        do {
            return try JSON(parsing: contents(of: path))
        } catch let error as JSONError {
            throw FixtureError(description: "\(path): \(error)")
        }
    }
}

extension AppRegistration {
    init?(_ json: JSON) {
        guard let clientID = json["clientID"]?.string, let secret = json["secret"]?.string else {
            return nil
        }
        self.init(
            clientID: clientID, secret: secret,
            displayName: json["displayName"]?.string ?? "Backup",
            servicePrincipalID: json["servicePrincipalID"]?.string ?? clientID,
            permissions: (json["permissions"]?.elements ?? []).compactMap(\.string),
            certificates: (json["certificates"]?.elements ?? []).compactMap(\.string),
            federatedCredentials: (json["federatedCredentials"]?.elements ?? []).compactMap {
                guard let issuer = $0["issuer"]?.string, let subject = $0["subject"]?.string else {
                    return nil
                }
                return FederatedCredential(
                    issuer: issuer, subject: subject,
                    audience: $0["audience"]?.string ?? "api://AzureADTokenExchange")
            },
            isDelegated: json["delegated"]?.bool ?? false,
            azureScopes: (json["azureScopes"]?.elements ?? []).compactMap(\.string))
        managedIdentity = json["managedIdentity"]?.string.map {
            $0 == "system" ? .system : .user(resourceID: $0)
        }
    }
}
