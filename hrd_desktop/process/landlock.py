"""Landlock with no rule at all: no file, no TCP port, no abstract socket, no signal to others.

Source: landlock(7), ``Documentation/userspace-api/landlock.rst``. File descriptors that are already open stay
usable. Landlock does not hide whether a path exists (``stat``); the decoder's seccomp filter does.
"""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass

from hrd_desktop.process.kernel import PR_SET_NO_NEW_PRIVS, prctl, system_call, thread_count

# The same on every architecture.
_CREATE_RULESET = 444
_RESTRICT_SELF = 446
_CREATE_RULESET_VERSION = 1

# Rights and the ABI that brought them: 13 file rights in 1, REFER in 2, TRUNCATE in 3, TCP bind and connect
# in 4, IOCTL_DEV in 5, scopes for abstract AF_UNIX sockets and signals in 6.
_FILES_BY_ABI = ((1, (1 << 13) - 1), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
_NETWORK_BY_ABI = ((4, 0b11),)
_SCOPES_BY_ABI = ((6, 0b11),)


@dataclass(frozen=True)
class LandlockState:
    """``abi`` is that of the kernel, 0 where there is no Landlock; what is ``restricted`` follows from it."""

    restricted: bool
    abi: int

    @property
    def files(self) -> bool:
        """No file or folder can be opened, made or changed."""
        return self.restricted

    @property
    def tcp(self) -> bool:
        """No TCP port can be bound or connected to."""
        return self.restricted and self.abi >= 4

    @property
    def scopes(self) -> bool:
        """No abstract AF_UNIX socket and no signal reaches a process outside."""
        return self.restricted and self.abi >= 6


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


def landlock_abi() -> int:
    """The version of Landlock in the running kernel, 0 where it is absent or switched off."""
    if sys.platform != "linux":
        return 0
    try:
        return system_call(_CREATE_RULESET, 0, 0, _CREATE_RULESET_VERSION)
    except OSError:
        return 0


def _known(by_abi: tuple[tuple[int, int], ...], abi: int) -> int:
    bits = 0
    for first_abi, rights in by_abi:
        if abi >= first_abi:
            bits |= rights
    return bits


def restrict_to_nothing() -> LandlockState:
    """Give up every right that the running Landlock knows, for this process and its descendants, for good.

    Raises ``RuntimeError`` with more than one thread: only the calling thread would be restricted.
    """
    abi = landlock_abi()
    if abi < 1:
        return LandlockState(False, 0)
    if thread_count() != 1:
        raise RuntimeError("Landlock restricts one thread only")
    attributes = _RulesetAttributes(
        _known(_FILES_BY_ABI, abi), _known(_NETWORK_BY_ABI, abi), _known(_SCOPES_BY_ABI, abi)
    )
    # An older kernel refuses a longer structure than it knows unless the rest is zero: pass what it knows.
    size_bytes = 8 if abi < 4 else 16 if abi < 6 else 24
    try:
        ruleset = system_call(_CREATE_RULESET, ctypes.addressof(attributes), size_bytes, 0)
    except OSError:
        return LandlockState(False, abi)
    try:
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        system_call(_RESTRICT_SELF, ruleset, 0)
    except OSError:
        return LandlockState(False, abi)
    finally:
        os.close(ruleset)
    return LandlockState(True, abi)
