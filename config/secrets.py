"""Where secrets are: `env:NAME` or `file:PATH`. Resolved by the worker and `check` alone; the value never enters a message."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 65_536


class MissingSecret(LookupError):
    """A reference that leads nowhere; its text names the reference and what is wrong, never a value."""


def resolve(reference: str, env: Mapping[str, str]) -> str:
    """The secret's value, without surrounding white space. Raises `MissingSecret`."""
    kind, _, name = reference.partition(":")
    if kind == "env":
        value = env.get(name)
        return _given(value, f"the environment variable {name} is {'not set' if value is None else 'empty'}")
    if kind == "file":
        return _given(_read(Path(name)), f"the file {name} is empty")
    raise MissingSecret("a secret is named env:NAME or file:PATH")


def resolve_all(references: Mapping[str, str], env: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Values by name, and for those that are missing a sentence by name."""
    values: dict[str, str] = {}
    missing: dict[str, str] = {}
    for name, reference in references.items():
        try:
            values[name] = resolve(reference, env)
        except MissingSecret as error:
            missing[name] = str(error)
    return values, missing


def stamp(reference: str) -> tuple[int, ...]:
    """Changes when a file that holds a secret does, or comes, goes, or may be read or not; a variable never does."""
    if not reference.startswith("file:"):
        return ()
    try:
        found = Path(reference.removeprefix("file:")).stat()
    except OSError as error:
        return (error.errno or 0,)
    except ValueError:  # a name with a NUL in it
        return (0,)
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def _read(path: Path) -> str:
    try:
        with open(path, "rb", opener=_opened) as file:
            body = file.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise MissingSecret(f"the file {path} is larger than a secret can be")
        return body.decode("utf-8")
    except OSError as error:
        raise MissingSecret(f"the file {path} cannot be read: {error.strerror or 'no such file'}") from None
    except UnicodeDecodeError:
        raise MissingSecret(f"the file {path} is not UTF-8 text") from None
    except ValueError:  # a name with a NUL in it
        raise MissingSecret("the file's name is no name of a file") from None


def _opened(name: str, flags: int) -> int:
    """A pipe would wait for its writer, and a device may never end: neither is waited for, nor read."""
    number = os.open(name, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise MissingSecret(f"{name} is no regular file: a secret is read from a file of {MAX_BYTES >> 10} KiB or less")
    return number


def _given(value: str | None, otherwise: str) -> str:
    value = (value or "").strip()
    if not value:
        raise MissingSecret(otherwise)
    return value
