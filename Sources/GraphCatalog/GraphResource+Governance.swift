extension GraphResource {
    /// Reviews, their instances and who was asked. Instances stand straight below their definition,
    /// so the middle folder is empty.
    package static let accessReviews = GraphResource(
        "accessReviews",
        version: .beta,
        path: "identityGovernance/accessReviews/definitions",
        folder: "IdentityGovernance/AccessReviews",
        groups: ["All", "AccessReviews", "Governance"],
        permissions: Permissions("AccessReview.Read.All"),
        volatile: ["lastModifiedDateTime", "status"],
        sets: [
            "additionalNotificationRecipients", "backupReviewers", "fallbackReviewers", "reviewers",
            "stageSettings.fallbackReviewers", "stageSettings.reviewers",
        ],
        auditNouns: ["access review"],
        children: [
            GraphResource(
                "accessReviews/instances",
                path: "instances",
                folder: "",
                groups: ["All", "AccessReviews", "Governance"],
                permissions: Permissions("AccessReview.Read.All"),
                volatile: ["errors", "status"],
                sets: ["fallbackReviewers", "reviewers"],
                children: [
                    GraphResource(
                        "accessReviews/instances/contactedReviewers",
                        version: .beta,
                        path: "contactedReviewers",
                        folder: "Reviewers",
                        groups: ["All", "AccessReviews", "Governance"],
                        permissions: Permissions("AccessReview.Read.All")
                    )
                ]
            )
        ]
    )
}
