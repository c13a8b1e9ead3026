"""How a request proves who sends it: nothing, Basic, bearer, an API key, OAuth2 client credentials, AWS Signature Version 4."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from checks.fields import Model


class NoAuth(Model):
    """No credential, which is what an `http` check without `auth` sends."""

    kind: Literal["none"] = "none"


class Basic(Model):
    """A name and a password in the Authorization header (RFC 7617)."""

    kind: Literal["basic"]
    username: str = Field(default="", description="The name.", examples=["{account_sid}"])
    password: str = Field(default="", description="The password.", examples=["{auth_token}"])


class Bearer(Model):
    """A token in the Authorization header (RFC 6750)."""

    kind: Literal["bearer"]
    token: str = Field(description="The token.", examples=["{token}"])
    scheme: str = Field(default="Bearer", description="The word before it.", examples=["Token"])


class ApiKey(Model):
    """A key in a header or in the query."""

    kind: Literal["api_key"]
    value: str = Field(description="The key.", examples=["{api_key}"])
    name: str = Field(default="X-Api-Key", description="Of the header, or of the query parameter.", examples=["apikey"])
    place: Literal["header", "query"] = Field(default="header", alias="in", description="Where it stands.", examples=["query"])


class OAuth2(Model):
    """A token for the client itself, kept until shortly before it ends (RFC 6749, section 4.4)."""

    kind: Literal["oauth2_client_credentials"]
    token_url: str = Field(description="Where tokens are had.", examples=["{base_url}/oauth2/token"])
    client_id: str = Field(description="The client's id.", examples=["{client_id}"])
    client_secret: str = Field(description="Its secret.", examples=["{client_secret}"])
    scope: str = Field(default="", description="What the token is to allow, where the vendor wants that said.", examples=["read:orders"])
    audience: str = Field(
        default="", description="What the token is for, where the vendor wants that said.", examples=["https://api.example.com"]
    )
    style: Literal["basic", "post"] = Field(
        default="basic", description="Where the client's secret goes: the header, or the body.", examples=["post"]
    )


class SigV4(Model):
    """A signature over the request (AWS Signature Version 4)."""

    kind: Literal["aws_sigv4"]
    service: str = Field(description="The service that is asked.", examples=["s3"])
    region: str = Field(description="Its region.", examples=["eu-central-1"])
    access_key_id: str = Field(default="{access_key_id}", description="The key's id.", examples=["{aws_key_id}"])
    secret_access_key: str = Field(default="{secret_access_key}", description="The key.", examples=["{aws_key}"])
    session_token: str = Field(default="", description="Of temporary keys.", examples=["{session_token}"])


Auth = Annotated[NoAuth | Basic | Bearer | ApiKey | OAuth2 | SigV4, Field(discriminator="kind")]
