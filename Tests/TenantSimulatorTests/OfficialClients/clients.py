"""Microsoft's own Python libraries, pointed at a simulated tenant.

    clients.py certificate FOLDER   makes a key and a certificate an application can sign in with
    clients.py read                 signs in, pages, batches and reads the audit log

`read` takes one JSON object on standard input, which says where the tenant is, and prints one on
standard output, which says what the libraries saw. What is right is decided by whoever runs this.

The environment names the authority to trust twice: REQUESTS_CA_BUNDLE for azure-identity, which
is built on requests, and SSL_CERT_FILE for msgraph-core, which is built on httpx.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import sys
from typing import Any

import msal
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientSecretCredential
from azure.identity.aio import CertificateCredential as AsyncCertificateCredential
from azure.identity.aio import ClientSecretCredential as AsyncClientSecretCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from kiota_abstractions.api_client_builder import (
    register_default_deserializer,
    register_default_serializer,
)
from kiota_abstractions.api_error import APIError
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_abstractions.serialization import Parsable
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from kiota_serialization_json.json_serialization_writer_factory import (
    JsonSerializationWriterFactory,
)
from msgraph_core import BaseGraphRequestAdapter
from msgraph_core.requests.batch_request_builder import BatchRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_content_collection import BatchRequestContentCollection
from msgraph_core.requests.batch_request_item import BatchRequestItem
from msgraph_core.tasks.page_iterator import PageIterator

SCOPE = "https://graph.microsoft.com/.default"


class Item(Parsable):
    """An object, of which the ID is enough here."""

    def __init__(self) -> None:
        self.id: str | None = None

    @staticmethod
    def create_from_discriminator_value(_node: Any) -> Item:
        return Item()

    def get_field_deserializers(self) -> dict[str, Any]:
        return {"id": lambda node: setattr(self, "id", node.get_str_value())}

    def serialize(self, writer: Any) -> None:
        writer.write_str_value("id", self.id)


class Page(Parsable):
    """One page of a collection."""

    def __init__(self) -> None:
        self.value: list[Item] = []
        self.odata_next_link: str | None = None

    @staticmethod
    def create_from_discriminator_value(_node: Any) -> Page:
        return Page()

    def get_field_deserializers(self) -> dict[str, Any]:
        return {
            "value": lambda node: setattr(
                self, "value", node.get_collection_of_object_values(Item)
            ),
            "@odata.nextLink": lambda node: setattr(
                self, "odata_next_link", node.get_str_value()
            ),
        }

    def serialize(self, _writer: Any) -> None:
        raise NotImplementedError


class Tenant:
    """Where the simulated tenant is, and how to sign in to it."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.base = settings["graph"] + "/v1.0"
        self.common = {
            "authority": settings["authority"],
            "disable_instance_discovery": True,
        }
        self.app = (settings["tenant"], settings["clientID"])

    def secret(self, secret: str | None = None) -> ClientSecretCredential:
        return ClientSecretCredential(
            *self.app, secret or self.settings["clientSecret"], **self.common
        )

    def certificate(self, **options: Any) -> CertificateCredential:
        return CertificateCredential(
            *self.app, self.settings["keyFile"], **options, **self.common
        )

    def adapter(self, credential: Any) -> BaseGraphRequestAdapter:
        provider = AzureIdentityAuthenticationProvider(
            credential, scopes=[SCOPE], allowed_hosts=["localhost"]
        )
        adapter = BaseGraphRequestAdapter(provider)
        adapter.base_url = self.base
        return adapter

    def get(self, path: str, **query: str) -> RequestInformation:
        options = {"%24" + name: value for name, value in query.items()}
        template = "{+baseurl}/" + path + "{?" + ",".join(options) + "}"
        request = RequestInformation(Method.GET, template, {"baseurl": self.base})
        request.query_parameters = options
        request.headers.try_add("Accept", "application/json")
        return request


# Sign-in


async def sign_ins(tenant: Tenant) -> dict[str, Any]:
    """Every kind of sign-in with a secret or a certificate; says which gave a token."""
    tokens = {
        "secret": tenant.secret().get_token(SCOPE),
        "certificate": tenant.certificate().get_token(SCOPE),
        "certificateChain": tenant.certificate(send_certificate_chain=True).get_token(SCOPE),
    }
    options = {
        "authority": tenant.settings["authority"],
        "connection_verify": os.environ["REQUESTS_CA_BUNDLE"],
    }
    async with AsyncClientSecretCredential(
        *tenant.app, tenant.settings["clientSecret"], **options
    ) as credential:
        tokens["asyncSecret"] = await credential.get_token(SCOPE)
    async with AsyncCertificateCredential(
        *tenant.app, tenant.settings["keyFile"], **options
    ) as credential:
        tokens["asyncCertificate"] = await credential.get_token(SCOPE)
    now = datetime.datetime.now().timestamp()
    given = {name: token.token and token.expires_on > now for name, token in tokens.items()}
    given["msalCertificate"] = "access_token" in signed_in_by_msal(tenant)
    return {name: bool(good) for name, good in given.items()}


def signed_in_by_msal(tenant: Tenant) -> dict[str, Any]:
    """The answer to the library below azure-identity, which signs in a way of its own."""
    with open(tenant.settings["keyFile"], encoding="ascii") as file:
        pem = file.read()
    start = pem.index("-----BEGIN CERTIFICATE-----")
    return msal.ConfidentialClientApplication(
        tenant.settings["clientID"],
        {"private_key": pem[:start], "public_certificate": pem[start:]},
        authority=f"{tenant.settings['authority']}/{tenant.settings['tenant']}",
        instance_discovery=False,
        verify=os.environ["REQUESTS_CA_BUNDLE"],
    ).acquire_token_for_client([SCOPE])


def refusal(tenant: Tenant) -> str:
    """What the library says of a wrong secret."""
    try:
        tenant.secret("wrong").get_token(SCOPE)
    except ClientAuthenticationError as error:
        return str(error)
    return "a token was given"


# Reading


async def first_page(adapter: BaseGraphRequestAdapter, request: RequestInformation) -> Page:
    page = await adapter.send_async(request, Page, {})
    assert isinstance(page, Page)
    return page


async def iterate(tenant: Tenant, adapter: BaseGraphRequestAdapter, path: str) -> list[str]:
    """All IDs, by the library's own iterator."""
    ids: list[str] = []

    def take(item: Item) -> bool:
        ids.append(item.id or "")
        return True

    request = tenant.get(path, select="id,displayName", top="3")
    await PageIterator(await first_page(adapter, request), adapter).iterate(take)
    return ids


async def follow(
    tenant: Tenant, adapter: BaseGraphRequestAdapter, request: RequestInformation
) -> list[str]:
    """All IDs, by following the links page by page."""
    ids: list[str] = []
    while True:
        page = await first_page(adapter, request)
        ids += [item.id or "" for item in page.value]
        if not page.odata_next_link:
            return ids
        request = RequestInformation(Method.GET)
        request.url = page.odata_next_link


async def audit(tenant: Tenant, adapter: BaseGraphRequestAdapter) -> list[str]:
    settings = tenant.settings
    return await follow(
        tenant,
        adapter,
        tenant.get(
            "auditLogs/directoryAudits",
            filter=f"activityDateTime ge {settings['from']}"
            f" and activityDateTime le {settings['to']}",
            orderby="activityDateTime",
            top="999",
        ),
    )


# Batches


def members(tenant: Tenant, ids: list[str], relative: bool) -> dict[str, BatchRequestItem]:
    items = {}
    for number, user in enumerate(ids):
        item = BatchRequestItem(tenant.get(f"users/{user}", select="id"), id=str(number))
        if relative:
            item.url = item.url.removeprefix(tenant.base)
        items[str(number)] = item
    return items


async def batch(
    tenant: Tenant, adapter: BaseGraphRequestAdapter, ids: list[str], relative: bool = True
) -> dict[str, Any]:
    """Each member's ID, and the ID of the user it brought.

    The answer is read as bytes: this release of the library's JSON reader loses members' bodies.
    """
    content = BatchRequestContent(members(tenant, ids, relative))
    builder = BatchRequestBuilder(adapter)
    request = await builder.to_post_request_information(content)
    body = await adapter.send_primitive_async(request, "bytes", {})
    return {
        answer["id"]: answer["body"]["id"] if answer["status"] == 200 else answer["status"]
        for answer in json.loads(body)["responses"]
    }


async def statuses(
    tenant: Tenant, adapter: BaseGraphRequestAdapter, ids: list[str]
) -> dict[str, int]:
    """The statuses in more batches than one, as the library's own reader sees them."""
    content = BatchRequestContentCollection()
    for item in members(tenant, ids, relative=True).values():
        content.add_batch_request_item(item)
    answers = await BatchRequestBuilder(adapter).post(content)
    return {
        key: status
        for answer in answers.get_responses()
        for key, status in answer.get_response_status_codes().items()
    }


async def absolute(tenant: Tenant, adapter: BaseGraphRequestAdapter, ids: list[str]) -> int:
    """The status that a batch of absolute addresses gets."""
    try:
        await batch(tenant, adapter, ids, relative=False)
    except APIError as error:
        return error.response_status_code or 0
    return 200


# The whole


async def read(settings: dict[str, Any]) -> dict[str, Any]:
    tenant = Tenant(settings)
    report: dict[str, Any] = {"signIns": await sign_ins(tenant), "refusal": refusal(tenant)}
    adapter = tenant.adapter(tenant.certificate())
    iterated = await iterate(tenant, adapter, "users")
    report["iterated"] = iterated
    report["doubleSlash"] = await iterate(tenant, adapter, "/users")
    report["followed"] = await follow(tenant, adapter, tenant.get("groups", top="2"))
    many = (iterated * 20)[:20]
    report["batchAsked"] = many
    report["batch"] = await batch(tenant, adapter, many)
    report["statuses"] = await statuses(tenant, adapter, (iterated * 25)[:25])
    report["absolute"] = await absolute(tenant, adapter, many[:2])
    report["audit"] = await audit(tenant, tenant.adapter(tenant.secret()))
    return report


def make_certificate(folder: str) -> None:
    """Writes `key.pem`, which holds the key and its certificate, and `certificate.pem`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name.from_rfc4514_string("CN=Tenantkeep test")
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with open(f"{folder}/key.pem", "wb") as file:
        file.write(private + certificate)
    with open(f"{folder}/certificate.pem", "wb") as file:
        file.write(certificate)


def main() -> None:
    if sys.argv[1] == "certificate":
        return make_certificate(sys.argv[2])
    register_default_deserializer(JsonParseNodeFactory)
    register_default_serializer(JsonSerializationWriterFactory)
    print(json.dumps(asyncio.run(read(json.load(sys.stdin)))))


main()
