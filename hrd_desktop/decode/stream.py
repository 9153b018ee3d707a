"""The decoder's view of a file that stays with the program: a read-only stream that asks for ranges."""

from __future__ import annotations

import io
import os
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BLOCK_BYTES = 128 * 1024
_BLOCKS_KEPT = 32


class RemoteStream(io.RawIOBase):
    """A seekable stream of ``size`` bytes; ``fetch(offset, length)`` gets exactly that range.

    Keeps the 32 blocks of 128 KiB used last: parsers jump back and forth between few places.
    """

    def __init__(self, size: int, fetch: Callable[[int, int], bytes]) -> None:
        super().__init__()
        self._size = size
        self._fetch = fetch
        self._at = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    @property
    def size_bytes(self) -> int:
        """The length of the whole file."""
        return self._size

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The position, which may be beyond the end."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move. Raises ``ValueError`` before the beginning."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("negative position")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill ``buffer`` as far as the file goes."""
        view = memoryview(buffer).cast("B")
        wanted = max(0, min(len(view), self._size - self._at))
        done = 0
        while done < wanted:
            number, start = divmod(self._at, _BLOCK_BYTES)
            piece = self._block(number)[start : start + wanted - done]
            view[done : done + len(piece)] = piece
            done += len(piece)
            self._at += len(piece)
        return done

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``, fewer only at the end of the file."""
        if offset < 0 or length < 0:
            raise ValueError("negative range")
        self._at = offset
        return self.read(min(length, max(0, self._size - offset))) or b""

    def _block(self, number: int) -> bytes:
        block = self._blocks.get(number)
        if block is None:
            offset = number * _BLOCK_BYTES
            block = self._fetch(offset, min(_BLOCK_BYTES, self._size - offset))
            self._blocks[number] = block
            if len(self._blocks) > _BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(number)
        return block
