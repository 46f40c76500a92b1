/// What generated objects look like, with marks where they differ.
///
/// A user is like one in a tenant with mailboxes in Exchange Online and a few licences each: plans
/// switched off, groups that assign licences, several addresses. As there, much is the same for many:
/// most have the same bundle of licences, and a city has one office. Of what a backup asks for, one
/// comes to about 3.3 KB on the wire; of everything, to 4.1 KB.
enum GeneratedText {
    /// Returns one of the shapes of a kind. They differ in what filters ask for: users are made in
    /// the cloud, synchronised or guests; groups assigned, Microsoft 365 or dynamic.
    static func object(_ kind: Generator.Kind, variant: Int, domain: String) -> JSON {
        let texts: [String] =
            switch kind {
            case .user: [user, synchronised, guest]
            case .group: [group, unified, dynamic]
            case .application: [application]
            case .servicePrincipal: [servicePrincipal]
            }
        let base = parse(texts[0], domain)
        return variant == 0 ? base : base.merged(with: parse(texts[variant], domain))
    }

    private static func parse(_ text: String, _ domain: String) -> JSON {
        (try? JSON(parsing: text.replacing("{{domain}}", with: domain))) ?? .null
    }

    private static let user = """
        {"id":"{{id}}","deletedDateTime":null,"accountEnabled":true,"ageGroup":null,
        "businessPhones":["+1 425 555 {{digits:4:21}}"],"city":"{{city}}","companyName":"Contoso",
        "consentProvidedForMinor":null,"country":"US","createdDateTime":"{{date:1}}",
        "creationType":null,"department":"{{department}}",
        "displayName":"{{given}} {{surname}} {{number}}","employeeHireDate":"{{date:2}}",
        "employeeId":"{{digits:7:22}}","employeeLeaveDateTime":null,
        "employeeOrgData":{"division":"{{department}}","costCenter":"{{digits:5:23}}"},
        "employeeType":"Employee","externalUserState":null,
        "externalUserStateChangeDateTime":null,"faxNumber":null,"givenName":"{{given}}",
        "imAddresses":["{{given}}.{{surname}}.{{number}}@{{domain}}"],
        "infoCatalogs":[],"isLicenseReconciliationNeeded":false,"isManagementRestricted":null,
        "isResourceAccount":null,"jobTitle":"{{title}}","legalAgeGroupClassification":null,
        "mail":"{{given}}.{{surname}}.{{number}}@{{domain}}",
        "mailNickname":"{{given}}.{{surname}}.{{number}}","mobilePhone":"+1 206 555 {{digits:4:24}}",
        "onPremisesDistinguishedName":null,"officeLocation":"{{digits:2:25}}/{{digits:4:26}}",
        "onPremisesDomainName":null,"onPremisesImmutableId":null,
        "onPremisesLastSyncDateTime":null,"onPremisesSecurityIdentifier":null,
        "onPremisesSamAccountName":null,"onPremisesSyncEnabled":null,
        "onPremisesUserPrincipalName":null,
        "otherMails":["{{given}}.{{surname}}{{number}}@example.com"],"passwordPolicies":null,
        "postalCode":"9{{office:4:27}}","preferredDataLocation":null,"preferredLanguage":"en-US",
        "proxyAddresses":["SMTP:{{given}}.{{surname}}.{{number}}@{{domain}}",
        "smtp:{{given}}{{number}}@{{domain}}",
        "sip:{{given}}.{{surname}}.{{number}}@{{domain}}",
        "smtp:{{given}}.{{surname}}.{{number}}@contoso.mail.onmicrosoft.com",
        "x500:/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn={{given}}{{number}}"],
        "securityIdentifier":"S-1-12-1-{{digits:9:28}}-{{digits:9:29}}-{{digits:9:30}}-{{digits:9:31}}",
        "showInAddressList":null,"signInSessionsValidFromDateTime":"{{date:3}}","state":"WA",
        "lastPasswordChangeDateTime":"{{date:4}}",
        "streetAddress":"{{office:4:32}} Lake Street NE","surname":"{{surname}}",
        "usageLocation":"US","userPrincipalName":"{{given}}.{{surname}}.{{number}}@{{domain}}",
        "userType":"Member",
        "assignedLicenses":[
        {"disabledPlans":["{{bundle:81}}","{{bundle:82}}"],"skuId":"{{bundle:41}}"},
        {"disabledPlans":["{{bundle:42}}"],"skuId":"{{bundle:43}}"}],
        "assignedPlans":[
        {"assignedDateTime":"{{date:5}}","capabilityStatus":"Enabled","service":"exchange","servicePlanId":"{{bundle:44}}"},
        {"assignedDateTime":"{{date:5}}","capabilityStatus":"Enabled","service":"SharePoint","servicePlanId":"{{bundle:45}}"},
        {"assignedDateTime":"{{date:5}}","capabilityStatus":"Enabled","service":"TeamspaceAPI","servicePlanId":"{{bundle:46}}"}],
        "authorizationInfo":{"certificateUserIds":[]},
        "identities":[{"signInType":"userPrincipalName","issuer":"{{domain}}","issuerAssignedId":"{{given}}.{{surname}}.{{number}}@{{domain}}"}],
        "licenseAssignmentStates":[
        {"skuId":"{{bundle:41}}","disabledPlans":["{{bundle:81}}","{{bundle:82}}"],"assignedByGroup":"{{bundle:83}}","state":"Active","error":"None","lastUpdatedDateTime":"{{date:6}}"},
        {"skuId":"{{bundle:43}}","disabledPlans":["{{bundle:42}}"],"assignedByGroup":null,"state":"Active","error":"None","lastUpdatedDateTime":"{{date:6}}"}],
        "onPremisesProvisioningErrors":[],"onPremisesExtensionAttributes":{
        "extensionAttribute1":"{{department}}","extensionAttribute2":null,"extensionAttribute3":null,
        "extensionAttribute4":null,"extensionAttribute5":null,"extensionAttribute6":null,
        "extensionAttribute7":null,"extensionAttribute8":null,"extensionAttribute9":null,
        "extensionAttribute10":null,"extensionAttribute11":null,"extensionAttribute12":null,
        "extensionAttribute13":null,"extensionAttribute14":null,"extensionAttribute15":null},
        "provisionedPlans":[
        {"capabilityStatus":"Enabled","provisioningStatus":"Success","service":"exchange"}],
        "serviceProvisioningErrors":[]}
        """

    private static let synchronised = """
        {"onPremisesDistinguishedName":"CN={{given}} {{surname}} {{number}},OU={{title}},OU={{department}},OU={{city}},OU=Employees,DC=corp,DC=contoso,DC=com",
        "onPremisesDomainName":"corp.contoso.com","onPremisesImmutableId":"{{digits:22:51}}==",
        "onPremisesLastSyncDateTime":"{{date:7}}",
        "onPremisesSecurityIdentifier":"S-1-5-21-{{digits:9:52}}-{{digits:9:53}}-{{digits:9:54}}-{{digits:5:55}}",
        "onPremisesSamAccountName":"{{given}}{{number}}","onPremisesSyncEnabled":true,
        "onPremisesUserPrincipalName":"{{given}}.{{surname}}.{{number}}@corp.contoso.com",
        "onPremisesExtensionAttributes":{
        "extensionAttribute1":"{{department}}","extensionAttribute2":"{{digits:7:22}}",
        "extensionAttribute3":"{{city}}","extensionAttribute4":"CC-{{digits:5:23}}",
        "extensionAttribute5":"{{bundle:83}}"}}
        """

    private static let guest = """
        {"businessPhones":[],"companyName":"Fabrikam","employeeHireDate":null,"employeeId":null,
        "employeeType":null,"employeeOrgData":null,"creationType":"Invitation",
        "externalUserState":"Accepted","externalUserStateChangeDateTime":"{{date:8}}",
        "imAddresses":[],"mail":"{{given}}.{{surname}}.{{number}}@fabrikam.example",
        "mailNickname":"{{given}}.{{surname}}.{{number}}_fabrikam.example#EXT#",
        "proxyAddresses":["SMTP:{{given}}.{{surname}}.{{number}}@fabrikam.example"],
        "userPrincipalName":"{{given}}.{{surname}}.{{number}}_fabrikam.example#EXT#@{{domain}}",
        "identities":[{"signInType":"federated","issuer":"ExternalAzureAD","issuerAssignedId":null},
        {"signInType":"userPrincipalName","issuer":"{{domain}}","issuerAssignedId":"{{given}}.{{surname}}.{{number}}_fabrikam.example#EXT#@{{domain}}"}],
        "userType":"Guest","assignedLicenses":[],"assignedPlans":[],"provisionedPlans":[],
        "licenseAssignmentStates":[]}
        """

    private static let group = """
        {"id":"{{id}}","deletedDateTime":null,"classification":null,"createdDateTime":"{{date:1}}",
        "creationOptions":[],"description":"{{noun}} of {{department}}",
        "displayName":"{{department}} {{noun}} {{number}}","expirationDateTime":null,
        "groupTypes":[],"isAssignableToRole":null,"mail":null,"mailEnabled":false,
        "mailNickname":"{{digits:8:2}}-{{digits:1:3}}","membershipRule":null,
        "membershipRuleProcessingState":null,"onPremisesDomainName":null,
        "onPremisesLastSyncDateTime":null,"onPremisesNetBiosName":null,
        "onPremisesSamAccountName":null,"onPremisesSecurityIdentifier":null,
        "onPremisesSyncEnabled":null,"preferredDataLocation":null,"preferredLanguage":null,
        "proxyAddresses":[],"renewedDateTime":"{{date:2}}","resourceBehaviorOptions":[],
        "resourceProvisioningOptions":[],"securityEnabled":true,
        "securityIdentifier":"S-1-12-1-{{digits:9:28}}-{{digits:9:29}}-{{digits:9:30}}-{{digits:9:31}}",
        "theme":null,"uniqueName":null,"visibility":null,"onPremisesProvisioningErrors":[],
        "serviceProvisioningErrors":[]}
        """

    private static let unified = """
        {"groupTypes":["Unified"],"mail":"{{noun}}.{{number}}@{{domain}}","mailEnabled":true,
        "mailNickname":"{{noun}}.{{number}}","proxyAddresses":["SMTP:{{noun}}.{{number}}@{{domain}}",
        "SPO:SPO_{{guid:61}}@SPO_{{guid:62}}"],"resourceBehaviorOptions":["WelcomeEmailDisabled"],
        "resourceProvisioningOptions":["Team"],"securityEnabled":false,"visibility":"Private"}
        """

    private static let dynamic = """
        {"groupTypes":["DynamicMembership"],
        "membershipRule":"(user.department -eq \\"{{department}}\\") and (user.city -eq \\"{{city}}\\")",
        "membershipRuleProcessingState":"On"}
        """

    private static let application = """
        {"id":"{{id}}","deletedDateTime":null,"appId":"{{guid:1}}","applicationTemplateId":null,
        "disabledByMicrosoftStatus":null,"createdByAppId":"{{shared:2}}",
        "createdDateTime":"{{date:1}}","displayName":"{{department}} {{noun}} {{number}}",
        "description":null,"groupMembershipClaims":null,"identifierUris":["api://{{guid:1}}"],
        "isDeviceOnlyAuthSupported":null,"isFallbackPublicClient":null,"notes":null,
        "publisherDomain":"{{domain}}","serviceManagementReference":null,
        "signInAudience":"AzureADMyOrg","tags":[],"tokenEncryptionKeyId":null,"uniqueName":null,
        "samlMetadataUrl":null,"defaultRedirectUri":null,"certification":null,"optionalClaims":null,
        "addIns":[],"api":{"acceptMappedClaims":null,"knownClientApplications":[],
        "requestedAccessTokenVersion":2,"oauth2PermissionScopes":[
        {"adminConsentDescription":"Read {{noun}}","adminConsentDisplayName":"Read {{noun}}",
        "id":"{{guid:3}}","isEnabled":true,"type":"User","userConsentDescription":null,
        "userConsentDisplayName":null,"value":"{{noun}}.Read"}],"preAuthorizedApplications":[]},
        "appRoles":[{"allowedMemberTypes":["Application"],"description":"Administer {{noun}}",
        "displayName":"Administrator","id":"{{guid:4}}","isEnabled":true,"origin":"Application",
        "value":"{{noun}}.Admin"}],"info":{"logoUrl":null,"marketingUrl":null,
        "privacyStatementUrl":null,"supportUrl":null,"termsOfServiceUrl":null},
        "keyCredentials":[],"parentalControlSettings":{"countriesBlockedForMinors":[],
        "legalAgeGroupRule":"Allow"},"passwordCredentials":[{"customKeyIdentifier":null,
        "displayName":"deploy","endDateTime":"{{date:5}}","hint":"a1B","keyId":"{{guid:5}}",
        "secretText":null,"startDateTime":"{{date:6}}"}],"publicClient":{"redirectUris":[]},
        "requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000",
        "resourceAccess":[{"id":"e1fe6dd8-ba31-4d61-89e7-88639da4683d","type":"Scope"}]}],
        "verifiedPublisher":{"displayName":null,"verifiedPublisherId":null,"addedDateTime":null},
        "web":{"homePageUrl":null,"logoutUrl":null,
        "redirectUris":["https://{{noun}}{{number}}.{{domain}}/signin"],
        "implicitGrantSettings":{"enableAccessTokenIssuance":false,"enableIdTokenIssuance":true},
        "redirectUriSettings":[]},"servicePrincipalLockConfiguration":null,"spa":{"redirectUris":[]}}
        """

    private static let servicePrincipal = """
        {"id":"{{id}}","deletedDateTime":null,"accountEnabled":true,"alternativeNames":[],
        "appDisplayName":"{{department}} {{noun}} {{number}}","appDescription":null,
        "appId":"{{guid:1}}","applicationTemplateId":null,
        "appOwnerOrganizationId":"{{shared:2}}","appRoleAssignmentRequired":false,
        "createdDateTime":"{{date:1}}","description":null,"disabledByMicrosoftStatus":null,
        "displayName":"{{department}} {{noun}} {{number}}","homepage":null,"loginUrl":null,
        "logoutUrl":null,"notes":null,"notificationEmailAddresses":[],
        "preferredSingleSignOnMode":null,"preferredTokenSigningKeyThumbprint":null,
        "replyUrls":["https://{{noun}}{{number}}.{{domain}}/signin"],
        "servicePrincipalNames":["{{guid:1}}","api://{{guid:1}}"],
        "servicePrincipalType":"Application","signInAudience":"AzureADMyOrg",
        "tags":["WindowsAzureActiveDirectoryIntegratedApp"],"tokenEncryptionKeyId":null,
        "samlSingleSignOnSettings":null,"addIns":[],"appRoles":[],
        "info":{"logoUrl":null,"marketingUrl":null,"privacyStatementUrl":null,"supportUrl":null,
        "termsOfServiceUrl":null},"keyCredentials":[],"oauth2PermissionScopes":[
        {"adminConsentDescription":"Read {{noun}}","adminConsentDisplayName":"Read {{noun}}",
        "id":"{{guid:3}}","isEnabled":true,"type":"User","userConsentDescription":null,
        "userConsentDisplayName":null,"value":"{{noun}}.Read"}],"passwordCredentials":[],
        "resourceSpecificApplicationPermissions":[],
        "verifiedPublisher":{"displayName":null,"verifiedPublisherId":null,"addedDateTime":null}}
        """
}

/// A list of words, picked from by a random number.
struct Words: Sendable {
    private let words: [[UInt8]]

    init(_ text: String) { words = text.split(separator: " ").map { Array($0.utf8) } }

    var count: UInt64 { UInt64(words.count) }

    func pick(_ bits: UInt64) -> [UInt8] { words[Int(bits % count)] }

    static let given = Words(
        """
        Adele Alex Allan Amira Ben Björn Chen Christie Debra Diego Emily Enrico Fatima Grady Henrietta \
        Irvin Isaiah Johanna Joni Karim Lee Lidia Lynne Megan Miriam Mona Nestor Olga Patti Pradeep \
        Quirin Raul Siddharth Tomás Ulrike Vance Wei Ximena Yuki Zoë
        """)
    static let surnames = Words(
        """
        Abara Bowen Burke Cramer Dahl Deyoung Fischer Gerber Gu Higa Holloway Ito Johnson Kaya Lehmann \
        Lorenz Meyers Mueller Nakamura Novak Okafor Okeefe Patel Quintero Rebelo Sherman Siciliani \
        Sørensen Tanaka Underwood Vance Wilber Xavier Young Zimmermann
        """)
    static let cities = Words("Seattle Redmond Bellevue Tacoma Spokane Everett Kent Renton Yakima")
    static let departments = Words(
        "Sales Engineering Finance Legal Marketing Operations Research Support Manufacturing HR")
    static let titles = Words("Analyst Engineer Manager Director Consultant Specialist Architect")
    static let nouns = Words(
        "Portal Ledger Reports Payroll Intranet Catalog Gateway Archive Planner Desk Fleet Insights"
    )
}
