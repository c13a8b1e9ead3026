"""Why a file is not restored, each with the sentence that tells a person what to do."""

from __future__ import annotations

from pathlib import Path

from core.exits import Exit, Refusal


class NotABackup(Refusal):
    """A foreign file."""

    def __init__(self, path: Path, why: str = "it is a file of another kind") -> None:
        super().__init__(Exit.NOT_A_BACKUP, f"{path} is no backup made by `integration-health backup`: {why}.")


class Damaged(Refusal):
    """Ours, and not as it was written."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(Exit.NOT_A_BACKUP, f"{path} is damaged ({why}): copy it again from where it was made, or take another backup.")


class NewerBackup(Refusal):
    """`what` is newer in it: its schema, or its layout."""

    def __init__(self, path: Path, version: str, what: str, found: object, known: object) -> None:
        super().__init__(
            Exit.DATABASE_NEWER,
            f"{path} was made by version {version[:40]!r} (its {what} is {found}, this version knows {known}): "
            "install that version or a newer one, and restore with it.",
        )


class StateInUse(Refusal):
    def __init__(self, holders: str) -> None:
        super().__init__(Exit.STATE_IN_USE, f"The database is in use by {holders}: stop that first, then restore again.")


class NoRoom(Refusal):
    """The disk, or the right to write to it."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(Exit.FAILED, f"{what}: {reason}. What was there before is unchanged.")
