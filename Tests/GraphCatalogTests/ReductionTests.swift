import GraphCatalog
import Testing

struct ReductionTests {
    @Test func `service principals are reduced by owner and by kind`() {
        let reductions = GraphResource.servicePrincipals.reductions

        #expect(reductions.map(\.member) == ["appOwnerOrganizationId", "servicePrincipalType"])
        #expect(reductions[0].value == "f8cdef31-a31e-4b4a-93e4-5f571e91255a")
        #expect(reductions[0].drops.contains("appRoles"))
        #expect(!reductions[0].drops.contains { $0.hasSuffix("Credentials") })
        #expect(reductions[1].drops == ["keyCredentials"])
    }

    @Test func `a reduction names members of the object itself, and never its ID`() {
        for resource in GraphResource.all {
            for reduction in resource.reductions {
                #expect(!reduction.drops.isEmpty)
                #expect(!reduction.drops.contains { $0.contains(".") || $0 == resource.idMember })
            }
        }
    }
}
