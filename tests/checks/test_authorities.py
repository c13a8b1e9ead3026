"""Whom we trust: the system's authorities, and those of EXTRA_CA_FILE beside them."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from checks.authorities import trusted, usual
from checks.kinds import kinds
from checks.runner import Job, make_runner
from core.health import Cause
from tests.checks.conftest import Servers, answer, answering

pytestmark = pytest.mark.anyio
Tls = Callable[..., ssl.SSLContext]


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority the system trusts."""
    made = trustme.CA(organization_name="The system's")
    made.cert_pem.write_to_path(str(tmp_path / "system.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "system.pem"))
    return made


@pytest.mark.parametrize("kind", ["http", "tls"])
async def test_the_systems_authorities_and_the_operators_are_trusted_and_no_others(
    kind: str, system: trustme.CA, authority: trustme.CA, ca_file: str, serve: Servers, tls: Tls
) -> None:
    runner = make_runner(ca_file=ca_file, user_agent="t", now=lambda: datetime.now(UTC), proxies=False)
    causes = []
    for signer in (system, authority, trustme.CA()):
        port = await serve(answering(answer()), tls(signed_by=signer))
        params = {"url": f"https://localhost:{port}/"} if kind == "http" else {"host": "localhost", "port": port}
        causes.append((await runner.run(Job(kinds()[kind].probe(params), timeout_s=5.0, private_targets=True))).outcome.cause)
    await runner.close()
    assert causes == [None, None, Cause.TLS]


def test_the_two_are_put_together_once(system: trustme.CA, ca_file: str) -> None:
    assert trusted(ca_file) == trusted(ca_file)
    assert system.cert_pem.bytes() in Path(trusted(ca_file)).read_bytes()
    assert trusted(None) == usual()


async def test_authorities_that_cannot_be_read_are_a_fault_of_ours(system: trustme.CA, serve: Servers, tls: Tls, tmp_path: Path) -> None:
    runner = make_runner(ca_file=str(tmp_path / "gone.pem"), user_agent="t", now=lambda: datetime.now(UTC), proxies=False)
    port = await serve(answering(answer()), tls(signed_by=system))
    job = Job(kinds()["http"].probe({"url": f"https://localhost:{port}/"}), timeout_s=5.0, private_targets=True)
    cause = (await runner.run(job)).outcome.cause
    await runner.close()
    assert cause is Cause.CONFIG
