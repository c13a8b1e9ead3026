"""The scanner sees through every encoding: else a scan that finds nothing would prove nothing."""

from __future__ import annotations

import gzip
import html
import io
import json
import zipfile
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pyarrow
import pytest
from pyarrow import parquet

from tests.secrecy.planted import PLANTED, Planted
from tests.secrecy.scanner import scan

ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "raw": str.encode,
    "percent": lambda secret: quote(secret, safe="").encode(),
    "percent, lower case": lambda secret: quote(secret, safe="").lower().encode() if secret == secret.lower() else quote(secret).encode(),
    "form": lambda secret: quote_plus(secret).encode(),
    "every byte in percent": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()).encode(),
    "JSON": lambda secret: json.dumps({"a": secret}).encode(),
    "JSON in JSON": lambda secret: json.dumps(json.dumps({"a": secret})).encode(),
    "unicode escapes": lambda secret: "".join(f"\\u{ord(character):04X}" for character in secret).encode(),
    "HTML": lambda secret: html.escape(secret).encode(),
    "HTML numbers": lambda secret: "".join(f"&#{ord(character)};" for character in secret).encode(),
    "hex": lambda secret: secret.encode().hex().encode(),
    "hex at an odd place": lambda secret: b"a" + secret.encode().hex().upper().encode(),
    "base64": lambda secret: b64encode(secret.encode()),
    "base64 at 1": lambda secret: b64encode(b"u" + secret.encode() + b"tail"),
    "base64 at 2": lambda secret: b64encode(b"us" + secret.encode() + b"x"),
    "base64 in a longer run": lambda secret: b"abc" + urlsafe_b64encode(b"us:" + secret.encode()).rstrip(b"="),
    "base64 of base64": lambda secret: b64encode(b64encode(secret.encode())),
    "gzip": lambda secret: gzip.compress(secret.encode()),
    "zlib in the middle of a page": lambda secret: b"\0page" * 9 + zlib.compress(b"{" + secret.encode() + b"}", 6) + b"\0" * 40,
    "JSON in zlib in gzip": lambda secret: gzip.compress(b"x" + zlib.compress(json.dumps(secret).encode())),
    "the first half": lambda secret: secret[: len(secret) // 2 + 1].encode() if len(secret.encode()) >= 20 else secret.encode(),
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_it_is_found_and_no_other_one(planted: Planted, encode: Callable[[str], bytes]) -> None:
    secrets = {one.name: one.value for one in PLANTED}
    assert scan(b'{"said": "' + encode(planted.value) + b'", "more": 1}', secrets) == {planted.name}


@pytest.mark.parametrize("encode", [str.encode, lambda secret: zlib.compress(secret.encode()).hex().encode()], ids=["text", "zlib in hex"])
@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_it_is_found_in_a_zip(planted: Planted, encode: Callable[[str], bytes]) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows", b"1\tup\n" * 99 + b"2\t" + encode(planted.value) + b"\n")
    assert scan(file.getvalue(), {one.name: one.value for one in PLANTED}) == {planted.name}


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_it_is_found_in_a_column_that_is_packed(planted: Planted) -> None:
    file = io.BytesIO()
    values = ["up"] * 99 + [json.dumps({"said": planted.value})]
    parquet.write_table(pyarrow.table({"id": list(range(100)), "title": values}), file, compression="zstd")
    assert scan(file.getvalue(), {one.name: one.value for one in PLANTED}) == {planted.name}


def test_nothing_is_found_where_nothing_is() -> None:
    secrets = {one.name: one.value for one in PLANTED}
    assert scan(b"an ordinary text with %41 and \\u0041 and &#65; and aGVsbG8gd29ybGQgYWdhaW4=" + zlib.compress(b"words"), secrets) == set()


def test_there_are_enough_of_them_and_none_like_another() -> None:
    assert len(PLANTED) >= 25
    assert len({one.value for one in PLANTED}) == len(PLANTED)
