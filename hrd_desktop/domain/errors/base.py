"""The root of all failures: a stable code and fields, never prose, never a name, path or secret."""

from __future__ import annotations

from typing import ClassVar


class SheafError(Exception):
    """A failure in the environment that the user is told about.

    ``code`` is stable and may be quoted by a user and matched by other programs.
    ``fields`` are identifiers, numbers and codes only. ``str`` and ``repr`` give the
    code and the fields, so that a failure that reaches a log or a terminal by
    accident still discloses nothing.
    """

    code: ClassVar[str] = "failed"

    def __init__(self, **fields: str | int | None) -> None:
        super().__init__(self.code)
        self.fields: dict[str, str | int | None] = dict(fields)

    def __str__(self) -> str:
        if not self.fields:
            return self.code
        return self.code + " " + " ".join(f"{name}={value}" for name, value in self.fields.items())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


class IntegrityError(SheafError):
    """Something does not match what was recorded or sealed (exit code 4)."""

    code = "integrity"


class NotOpenedError(SheafError):
    """A vault, bundle or slot was not opened (exit code 3)."""

    code = "not-opened"


class UsageError(SheafError):
    """The request itself is wrong (exit code 2)."""

    code = "usage"


class Cancelled(SheafError):
    """The user cancelled; nothing is half done (exit code 130)."""

    code = "cancelled"
