"""How a command ends: documented exit codes, and the refusal that carries one with its sentence."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command; docs/getting-started.md lists them."""

    OK = 0
    FAILED = 1  # a check is down, a difference was found, a command did not succeed
    USAGE = 2  # unknown option or argument
    CONFIGURATION = 3  # integrations.yaml or the environment is not valid
    PORT_IN_USE = 4
    STATE_NOT_WRITABLE = 5
    DATABASE_NEWER = 6  # the database was written by a newer version
    ALREADY_RUNNING = 7  # another instance serves this state folder
    TOKEN_NEEDED = 8  # an address other than loopback without ACCESS_TOKEN
    MIGRATION_BUSY = 9  # another process holds the database open during a migration
    WORKER_SILENT = 10  # the worker holds its lock but does not answer
    DATABASE_UNREACHABLE = 11
    STATE_IN_USE = 12  # a restore would replace what a process has open
    NOT_A_BACKUP = 13  # a foreign, cut off or damaged file
    NO_DATABASE = 14  # a command that only reads or corrects looked where nothing ever ran
    INTERRUPTED = 130  # Ctrl-C, in the number every shell gives it


class Refusal(Exception):
    """We cannot go on, and say why in one sentence that tells what to do."""

    def __init__(self, code: Exit, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
