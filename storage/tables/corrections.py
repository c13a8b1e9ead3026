"""What people know better: time laid over what was measured, never an edit of it."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from storage.tables.columns import BIG, TEXT


class Correction(SQLModel, table=True):
    """Its range is of another bucket or party; with neither of them the row only withdraws the one it replaces."""

    __tablename__ = "correction"

    id: int | None = Field(default=None, primary_key=True)
    integration: int = Field(index=True)
    check: int | None = None  # null: the whole integration
    start_ms: int = Field(sa_type=BIG)
    end_ms: int = Field(sa_type=BIG)
    bucket: str | None = None  # core.corrections.Bucket
    party: str | None = None  # core.verdict.Party
    reason: str = Field(sa_type=TEXT)
    author: str
    made_ms: int = Field(sa_type=BIG)
    replaces: int | None = None  # the row that holds no longer
