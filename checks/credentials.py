"""How a request proves who sends it: nothing, Basic, bearer, an API key, OAuth2 client credentials, AWS Signature Version 4."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from checks.fields import Model


class NoAuth(Model):
    """No credential."""

    kind: Literal["none"] = "none"


class Basic(Model):
    """RFC 7617. Values may be `{placeholders}`."""

    kind: Literal["basic"]
    username: str = ""
    password: str = ""


class Bearer(Model):
    """RFC 6750: a token in the Authorization header."""

    kind: Literal["bearer"]
    token: str
    scheme: str = "Bearer"


class ApiKey(Model):
    """A key in a header or in the query."""

    kind: Literal["api_key"]
    value: str
    name: str = "X-Api-Key"
    place: Literal["header", "query"] = Field(default="header", alias="in")


class OAuth2(Model):
    """RFC 6749, section 4.4: a token for the client itself, kept until shortly before it ends."""

    kind: Literal["oauth2_client_credentials"]
    token_url: str
    client_id: str
    client_secret: str
    scope: str = ""
    audience: str = ""
    style: Literal["basic", "post"] = "basic"  # where the client's secret goes: header or body


class SigV4(Model):
    """AWS Signature Version 4."""

    kind: Literal["aws_sigv4"]
    service: str
    region: str
    access_key_id: str = "{access_key_id}"
    secret_access_key: str = "{secret_access_key}"  # noqa: S105  (a placeholder)
    session_token: str = ""


Auth = Annotated[NoAuth | Basic | Bearer | ApiKey | OAuth2 | SigV4, Field(discriminator="kind")]
