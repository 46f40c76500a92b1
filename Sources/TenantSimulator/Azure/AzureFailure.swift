/// A refusal, in the form Azure Resource Manager gives it: `{"error": {"code", "message"}}`.
struct AzureFailure: Error {
    var status: Int
    var code: String
    var message: String
    var details: [JSON] = []
    var headers = Headers()

    init(_ status: Int, _ code: String, _ message: String, details: [JSON] = []) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
    }

    /// What a fault puts in place of any answer.
    init(_ failure: GraphFailure) {
        self.init(failure.status, failure.code, failure.message)
        headers = failure.headers
    }

    var body: JSON {
        var error: JSON = ["code": JSON(code), "message": JSON(message)]
        if !details.isEmpty { error["details"] = .array(details) }
        return ["error": error]
    }

    static let missingVersion = AzureFailure(
        400, "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.")

    static func unknownVersion(_ version: String, _ known: String) -> Self {
        AzureFailure(
            400, "InvalidApiVersionParameter",
            "The api-version '\(version)' is invalid. The supported versions are '\(known)'.")
    }

    static func noSubscription(_ id: String) -> Self {
        AzureFailure(
            404, "SubscriptionNotFound", "The subscription '\(id)' could not be found.")
    }

    static func noManagementGroup(_ id: String) -> Self {
        AzureFailure(404, "NotFound", "The management group '\(id)' could not be found.")
    }

    static func noRoute(_ path: String) -> Self {
        AzureFailure(
            404, "InvalidResourceType",
            "The resource type could not be found for the path '\(path)'.")
    }

    static func noResource(_ id: String) -> Self {
        AzureFailure(
            404, "ResourceNotFound",
            "The Resource '\(id)' was not found. For more details please go to "
                + "https://aka.ms/ARMResourceNotFoundFix")
    }

    static func denied(_ app: AppRegistration, action: String, scope: String) -> Self {
        let id = app.servicePrincipalID
        return AzureFailure(
            403, "AuthorizationFailed",
            "The client '\(id)' with object id '\(id)' does not have authorization to perform "
                + "action '\(action)' over scope '\(scope)' or the scope is invalid. If access was "
                + "recently granted, please refresh your credentials.")
    }

    static func badToken(_ code: String, _ message: String) -> Self {
        var failure = AzureFailure(401, code, message)
        failure.headers["WWW-Authenticate"] =
            "Bearer authorization_uri=\"https://login.windows.net/\", error=\"invalid_token\", "
            + "error_description=\"\(message)\""
        return failure
    }

    static let badQuery = AzureFailure(
        400, "BadRequest",
        "Please provide below info when asking for support: timestamp and correlationId.",
        details: [
            [
                "code": "InvalidQuery",
                "message": JSON(
                    "Query is invalid. Please refer to the documentation for the Azure Resource "
                        + "Graph service and fix the error before retrying."),
            ]
        ])
}
