"""The commands in the guides are run, their files loaded, their code executed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from alerts.signed_post import standard_secret
from config.loading import load
from core.signature import sign_standard
from lab.running import LabThread
from tests.docs.guides import DOCS, PAGES, blocks, files, name_of, steps


@pytest.fixture(scope="module")
def lab() -> Iterator[LabThread]:
    with LabThread(only=["stripe"]) as thread:
        yield thread


@pytest.fixture
def environment(tmp_path: Path, migrated_sqlite: Path, lab: LabThread) -> Mapping[str, str]:
    """The shell of somebody who set it up and started it once, with the lab running and no key of a real vendor."""
    (tmp_path / "state").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "state" / "health.db")
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "STATE_DIR": str(tmp_path / "state"),
        "EXTRA_CA_FILE": str(lab.lab.ca_file),
        "LAB_STRIPE": lab.lab.url("stripe"),
        "LAB_KEY": lab.lab.vendors["stripe"].secrets["secret_key"],
    }


@pytest.mark.parametrize("page", [page for page in PAGES if steps(page)], ids=name_of)
def test_the_commands_of_a_guide_do_what_it_says(page: Path, tmp_path: Path, environment: Mapping[str, str]) -> None:
    for name, text in files(page):
        (tmp_path / name).write_text(text)
    for step in steps(page):
        done = subprocess.run(step.command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
        said = f"{step.command}\n{done.stdout}{done.stderr}"
        assert done.returncode == step.code, said
        assert "Traceback" not in done.stderr, said
        assert [line for line in step.lines if line not in done.stdout] == [], said


@pytest.mark.parametrize("text", [pytest.param(text, id=f"{name_of(page)}: {name}") for page in PAGES for name, text in files(page)])
def test_a_configuration_in_a_guide_is_valid(text: str) -> None:
    assert load(text).errors == ()


def test_somebody_who_verifies_as_the_guide_says_takes_ours_and_nothing_else() -> None:
    (code,) = blocks(DOCS / "alerts.md", "python")
    made: dict[str, Any] = {}
    exec(compile(code, "docs/alerts.md", "exec"), made)
    body, sent = b'{"type":"alert.test"}', int(time.time())

    for secret in ("a plain secret of ours", "whsec_c2l4dGVlbi1ieXRlcy1vZi1pdA=="):
        headers = {"webhook-id": "alert_7", "webhook-timestamp": str(sent)}
        headers["webhook-signature"] = sign_standard(standard_secret(secret), "alert_7", sent, body)
        assert made["is_genuine"](secret, headers, body)
        assert not made["is_genuine"](secret, headers, body + b" ")
        assert not made["is_genuine"](secret, headers | {"webhook-timestamp": str(sent - 600)}, body)
