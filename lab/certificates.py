"""The lab's own certificate authority, and the certificates a server should never show."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from tempfile import NamedTemporaryFile

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lab.faults import Kind

HERE = ("127.0.0.1", "localhost", "::1")
STRANGER = "somebody-else.example"


class Authority:
    """A test CA. Each kind of certificate is made when it is first asked for: a key takes about a millisecond."""

    def __init__(self) -> None:
        self._ca = trustme.CA(organization_name="Integration Health fault lab")
        self._contexts: dict[Kind | None, ssl.SSLContext] = {}

    @cached_property
    def pem(self) -> str:
        """The certificate to trust."""
        return self._ca.cert_pem.bytes().decode()

    def write(self, path: Path) -> Path:
        path.write_text(self.pem)
        return path

    def context(self, wrong: Kind | None = None) -> ssl.SSLContext:
        """A server's side of TLS: right, or wrong in one of the ways of the handshake stage."""
        if wrong not in self._contexts:
            self._contexts[wrong] = self._make(wrong)
        return self._contexts[wrong]

    def _make(self, wrong: Kind | None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        if wrong is Kind.SELF_SIGNED:
            _load_self_signed(context)
        else:
            self._leaf(wrong).configure_cert(context)
        return context

    def _leaf(self, wrong: Kind | None) -> trustme.LeafCert:
        if wrong is Kind.WRONG_HOST:
            return self._ca.issue_cert(STRANGER)
        if wrong is Kind.EXPIRED:
            now = datetime.now(UTC)
            return self._ca.issue_cert(*HERE, not_before=now - timedelta(days=91), not_after=now - timedelta(days=1))
        return self._ca.issue_cert(*HERE, not_after=datetime.now(UTC) + timedelta(days=64))


def _load_self_signed(context: ssl.SSLContext) -> None:
    """A certificate that is its own issuer; ssl takes keys from files alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    unsigned = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(names, critical=False)
    )
    certificate = unsigned.sign(key, hashes.SHA256())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with NamedTemporaryFile() as file:
        file.write(private + certificate.public_bytes(serialization.Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
