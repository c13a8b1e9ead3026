"""Column types that both databases take."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Integer, LargeBinary, SmallInteger, Text

BIG: Final = BigInteger().with_variant(Integer, "sqlite")  # ms since 1970 overflow Postgres' integer; SQLite's has 64 bits
SMALL: Final = SmallInteger()
TEXT: Final = Text()
BLOB: Final = LargeBinary()
