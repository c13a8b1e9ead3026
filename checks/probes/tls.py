"""Whether a server's certificate is trusted, is its own, and for how long."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

from cryptography import x509
from pydantic import Field

from checks.connect import connected, trusting, unquestioning
from checks.fields import Model, Port
from checks.kinds import ProbeKind
from checks.placeholders import fill
from checks.vantage import Probe, Vantage
from core.health import Cause, Outcome


class Params(Model):
    """Whose certificate, and how long before its end it counts as a failure."""

    host: str = Field(
        min_length=1, max_length=253, description="A name or an address; may hold {placeholders}.", examples=["api.example.com"]
    )
    port: Port = Field(default=443, description="The port.", examples=[8443])
    server_name: str | None = Field(
        default=None, description="The name the certificate must carry. Default: the host.", examples=["example.com"]
    )
    min_days: int = Field(default=7, strict=True, ge=0, le=365, description="Fewer days than this left is a failure.", examples=[14])


def build(params: Params) -> Probe:
    async def probe(vantage: Vantage) -> Outcome:
        values = {**vantage.settings, **vantage.secrets}
        host = fill(params.host, values)
        name = fill(params.server_name, values) if params.server_name else host
        try:
            expires_at = await _expiry(vantage, host, params.port, name, trusting(vantage.ca_file))
        except ssl.SSLCertVerificationError as error:
            return await _refused(vantage, host, params.port, name, error)
        return _judge(expires_at, vantage.now(), params.min_days)

    return probe


async def _expiry(vantage: Vantage, host: str, port: int, name: str, context: ssl.SSLContext) -> datetime | None:
    async with connected(vantage, host, port) as connection:
        secured = await connection.start_tls(context, name)
        encoded = secured.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(encoded).not_valid_after_utc if encoded else None


async def _refused(vantage: Vantage, host: str, port: int, name: str, error: ssl.SSLCertVerificationError) -> Outcome:
    """Asks again without trust, for the date alone: the clock is to show it even where the chain is broken."""
    words = error.verify_message.strip().rstrip(".") or "certificate verify failed"
    try:
        expires_at = await _expiry(vantage, host, port, name, unquestioning())
    except (OSError, ValueError):
        expires_at = None
    return Outcome(Cause.TLS, detail=f"The certificate is not trusted: {words}.", certificate_expires_at=expires_at)


def _judge(expires_at: datetime | None, now: datetime, min_days: int) -> Outcome:
    if expires_at is None:
        return Outcome(Cause.TLS, detail="The server shows no certificate.")
    left = expires_at - now
    if left < timedelta(days=min_days):
        when = expires_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        return Outcome(Cause.TLS, detail=f"The certificate ends in {_days(left)}, on {when}.", certificate_expires_at=expires_at)
    return Outcome(certificate_expires_at=expires_at)


def _days(left: timedelta) -> str:
    return f"{left.days} days" if left.days != 1 else "1 day"


KIND = ProbeKind("tls", Params, build, asks=("host",))
