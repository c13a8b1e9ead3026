"""Set-up of the project's own environment: a virtual environment from lock files with hashes, and a browser for the tests.

    python3 .ci/setup.py base | dev | browser | lock | lock-fresh

Standard library only: nothing but Python 3.11 and make is assumed. Every failure is one sentence that says what to do.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
LOCKS = {
    "base": ["--group", "build"],
    "dev": ["--all-extras", "--group", "build", "--group", "tools"],
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
MAC_BROWSERS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)


def main() -> None:
    if sys.version_info < (3, 11):
        stop(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Run: make PYTHON=python3.12 ...")
    verbs = {"base": base, "dev": dev, "browser": browser, "lock": lock, "lock-fresh": lock_fresh}
    wanted = sys.argv[1:] or ["base"]
    for verb in wanted:
        if verb not in verbs:
            stop(f"'{verb}' is not one of: {', '.join(verbs)}.")
        verbs[verb]()


def base() -> None:
    """What `make run` needs. An environment already made for development is a superset and is left alone."""
    if not is_fresh("base") and not is_fresh("dev"):
        install("base")


def dev() -> None:
    """What `make test` and `make check` need."""
    if not is_fresh("dev"):
        install("dev")


def install(kind: str) -> None:
    make_venv()
    uv = find_uv()
    say(f"Installing the locked packages ({kind}) ...")
    requirements = ROOT / "requirements" / f"{kind}.txt"
    locked = [uv, "pip", "install", "-q", "--require-hashes", "-r", str(requirements)]
    own = [uv, "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    run(locked, "The locked packages could not be installed: is a package index reachable?")
    run(own, "The project itself could not be installed into .venv.")
    stamp(kind).write_text(fingerprint(kind))


def make_venv() -> None:
    if (BIN / "python").exists():
        return
    say("Making .venv ...")
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        stop("Python's venv module does not work here (on Debian and Ubuntu: apt-get install python3-venv), then run make again.")


def find_uv() -> str:
    """uv where there is one, else from its own lock file into the environment: ten times faster than pip."""
    own = BIN / "uv"
    if not own.exists():
        if found := shutil.which("uv"):
            return found
        pip = [str(BIN / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        run(
            [*pip, "--require-hashes", "-r", str(ROOT / "requirements" / "tools.txt")],
            "uv could not be installed with pip: is a package index reachable?",
        )
    return str(own)


def lock() -> None:
    """Write requirements/*.txt from pyproject.toml, keeping the pins that still fit (delete a file to renew it)."""
    make_venv()
    for kind in ("tools", *LOCKS):
        compile_lock(kind, ROOT / "requirements" / f"{kind}.txt")


def lock_fresh() -> None:
    """Fail when pyproject.toml asks for something the lock files do not say."""
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("tools", *LOCKS):
            current = ROOT / "requirements" / f"{kind}.txt"
            copy = Path(folder) / f"{kind}.txt"
            shutil.copy(current, copy)
            compile_lock(kind, copy)
            if copy.read_text() != current.read_text():
                stop(f"requirements/{kind}.txt is not what pyproject.toml asks for. Run: make lock")
    say("The lock files are fresh.")


def compile_lock(kind: str, target: Path) -> None:
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate", "-q"]
    options += ["--no-emit-index-url", "--no-emit-find-links"]  # no address a package is downloaded from
    source = ["--group", "tools"] if kind == "tools" else ["pyproject.toml", *LOCKS[kind]]
    run([find_uv(), "pip", "compile", *source, *options, "-o", str(target)], f"requirements/{kind}.txt could not be made.")


def browser() -> None:
    """Chromium for the browser tests: an installed one, else Playwright's, else the distribution's package when root."""
    if find_browser():
        return
    say("Looking for a browser for the tests ...")
    if quietly([str(BIN / "python"), "-m", "playwright", "install", "chromium-headless-shell", "chromium"]) and find_browser():
        return
    if os.name == "posix" and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        quietly(["apt-get", "update"])
        quietly(["apt-get", "install", "-y", "--no-install-recommends", "chromium"])
    if not find_browser():
        stop(
            "No Chromium for the browser tests: install Chromium or Chrome "
            "(Debian: apt-get install chromium; macOS: brew install --cask chromium), then run make test again."
        )


def find_browser() -> str | None:
    """The path of a browser Playwright can drive, or None. `BROWSER_PATH` names one explicitly."""
    candidates = [os.environ.get("BROWSER_PATH"), *map(shutil.which, BROWSERS), *MAC_BROWSERS, playwright_browser()]
    return next((path for path in candidates if path and Path(path).exists()), None)


def playwright_browser() -> str | None:
    script = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    asked = subprocess.run([str(BIN / "python"), "-c", script], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or None


def is_fresh(kind: str) -> bool:
    return (BIN / "python").exists() and stamp(kind).exists() and stamp(kind).read_text() == fingerprint(kind)


def stamp(kind: str) -> Path:
    return VENV / f".installed-{kind}"


def fingerprint(kind: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{kind}.txt").read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()


def run(command: list[str], otherwise: str) -> None:
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "VIRTUAL_ENV": str(VENV)}, check=False)
    if done.returncode:
        stop(otherwise)


def quietly(command: list[str]) -> bool:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(command, capture_output=True, env=env, timeout=600, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def stop(sentence: str) -> None:
    say(sentence)
    raise SystemExit(1)


if __name__ == "__main__":
    main()
