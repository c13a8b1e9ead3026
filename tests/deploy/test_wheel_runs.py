"""A wheel is built, installed where no checkout is, and run from there."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import httpx
import pytest

from tests.journeys.actors import environment, free_port, until

ROOT = Path(__file__).resolve().parents[2]
BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"


def source(folder: Path) -> Path:
    """What a wheel is made of, elsewhere: a build leaves things beside what it builds."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    for package in (pattern.rstrip("*") for pattern in table["packages"]["find"]["include"]):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    beside = [name for names in table["data-files"].values() for name in names]
    for name in ("pyproject.toml", "README.md", "LICENSE", *beside, *(f"{module}.py" for module in table["py-modules"])):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment's programs: the wheel is its own, what it needs is this environment's."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-c", BUILD, str(folder)], cwd=source(folder / "source"), check=True, capture_output=True)
    venv.create(folder / "env", with_pip=False, symlinks=True)
    programs, python = folder / "env" / "bin", folder / "env" / "bin" / "python"
    own = sysconfig.get_path("purelib", vars={"base": str(folder / "env")})
    Path(own, "needs.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    (wheel,) = folder.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "-q", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    return programs


def test_an_installed_product_says_where_it_is(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "integrations.yaml").write_text("version: 1\n")
    port, said = free_port(), tmp_path / "said"
    with said.open("wb") as out, (tmp_path / "logged").open("wb") as log:
        run = subprocess.Popen(
            [installed / "integration-health", "run"], cwd=tmp_path, env=environment(tmp_path, PORT=str(port)), stdout=out, stderr=log
        )
    try:
        until(said.read_text, "a line that greets")
        assert said.read_text() == f"Integration Health: http://127.0.0.1:{port}  (Ctrl-C stops it)\n"
        until(lambda: answers(port), "the pages")
    finally:
        run.send_signal(signal.SIGINT)
        run.wait(25)
        print((tmp_path / "logged").read_text())


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/v1/integrations", trust_env=False).json() == []
    except httpx.TransportError:
        return False
