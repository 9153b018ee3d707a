"""What a decoder may use; every bound is held by the kernel or by the parent, none by the decoder itself."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class DecodeLimits:
    """Bounds of one decoder process and of one request.

    ``memory_bytes``: address space on top of what the loaded program takes (75 MiB, measured).
    ``start_s`` and ``request_s``: wall-clock time, then the process is killed.
    ``requests`` and ``busy_s``: after so many requests, or so much time in them, the process is replaced in
    good order; so the processor limit, twice their sum since one codec has a second thread, is met only by
    one that hangs.
    ``needs`` and ``need_bytes``: how often, and how much in all, one request may ask for the file's bytes.
    ``edge_px``: the largest width and height that may be asked for, and so the output.
    ``text_chars``, ``fields``: the most that is taken.
    """

    memory_bytes: int = 1024 * MIB
    start_s: float = 30.0
    request_s: float = 30.0
    requests: int = 200
    busy_s: float = 60.0
    needs: int = 100_000
    need_bytes: int = 8 * 1024 * MIB
    edge_px: int = 8192
    text_chars: int = 5_000_000
    fields: int = 256

    @property
    def cpu_s(self) -> int:
        """Seconds of processor time of one process."""
        return 2 * int(self.busy_s + self.request_s) + 1
