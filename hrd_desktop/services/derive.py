"""Looking into items after they are in: what the file says of itself, its text, a thumbnail.

All of it can be made again, so it is kept in the derived database and never blocks ingest. Files are read
by the decoder, a process without rights; nothing here parses one.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hrd_desktop.decode.client import Decoder, decoder_in
from hrd_desktop.decode.small_picture import MEDIA_TYPE, encode_small_picture
from hrd_desktop.domain.decoded import DecodedFile
from hrd_desktop.domain.errors.base import Cancelled, IntegrityError
from hrd_desktop.domain.errors.decode import (
    DecodeError,
    DecoderError,
    DecoderNotIsolated,
    DecoderStopped,
)
from hrd_desktop.domain.errors.vault import NoRoomError
from hrd_desktop.domain.progress import CancelToken
from hrd_desktop.domain.records import Item
from hrd_desktop.services.found import put_found
from hrd_desktop.services.index import refresh
from hrd_desktop.services.session import Session
from hrd_desktop.storage.objects import ObjectReader
from hrd_desktop.storage.vault import Vault

TEXT_CHARS = 1_000_000
THUMBNAIL_EDGE_PX = 256
AT_ONCE = 50
#: So much text and so many small pictures are kept in one transaction, so that nobody waits long for it.
KEPT_AT_ONCE_BYTES = 1_000_000

#: The part of a database of fixed length that texts of files and small pictures leave free.
KEPT_FREE_SHARE = 0.4

#: A file on which the decoder died or hung this often is left alone.
ATTEMPTS = 2


@dataclass(frozen=True, repr=False)
class _Looked:
    decoded: DecodedFile | None
    thumbnail: bytes | None


def derive_pending(session: Session, *, cancel: CancelToken, only: UUID | None = None) -> int:
    """Look into every item that waits for it, or into one of them. Returns how many were looked into.

    Raises Cancelled between two items; what is done stays. A file that cannot be understood is found by its
    record alone. Where the decoder cannot give its rights up no file is looked into at all, and
    DecoderNotIsolated is raised.
    """
    session.change(refresh)
    done = 0
    decoder: Decoder | None = None
    looked_into = _LookedInto(session)
    try:
        while items := session.read(lambda vault: _waiting(vault, only)):
            if decoder is None:
                decoder = decoder_in(session.children)
            for item in items:
                cancel.raise_if_cancelled()
                _derive(session, decoder, item, looked_into)
                done += 1
            looked_into.keep()
    except Cancelled:
        looked_into.keep()
        raise
    finally:
        if decoder is not None:
            decoder.close()
    return done


class _LookedInto:
    """What was found in some files, kept in one transaction: a sync for each would cost more than all."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: list[tuple[int, UUID, _Looked]] = []
        self._waiting_bytes = 0

    def add(self, item: Item, looked: _Looked) -> None:
        """One more; all are kept when they have become many."""
        self._waiting.append((item.number, item.id, looked))
        text = "" if looked.decoded is None else looked.decoded.text or ""
        self._waiting_bytes += len(text) + len(looked.thumbnail or b"")
        if self._waiting_bytes >= KEPT_AT_ONCE_BYTES:
            self.keep()

    def keep(self) -> None:
        """Write down what waits for it."""
        found, self._waiting, self._waiting_bytes = self._waiting, [], 0
        if found:
            # By number: the index writes out what it has gathered whenever a row comes before the last one.
            found.sort(key=lambda entry: entry[0])
            self._session.change(lambda vault: _keep_all(vault, found))


def _waiting(vault: Vault, only: UUID | None) -> list[Item]:
    if only is not None:
        waiting = [only] if vault.derived.is_pending(only) else []
    else:
        waiting = vault.derived.pending(AT_ONCE)
    return vault.records.items.load_ids(waiting)


def _derive(session: Session, decoder: Decoder, item: Item, looked_into: _LookedInto) -> None:
    try:
        with session.vault.objects.open(item.object_name, (item.size_bytes, item.sha256)) as reader:
            looked = _look(decoder, reader, item.media_type)
    except (DecoderNotIsolated, DecoderStopped):
        raise
    except DecoderError:
        session.change(lambda vault: _count_failure(vault, item.id))
        return
    except IntegrityError:
        # Verify names a damaged item; a search need not stumble over it.
        looked = _Looked(None, None)
    looked_into.add(item, looked)


def _look(decoder: Decoder, reader: ObjectReader, media_type: str) -> _Looked:
    try:
        decoded = decoder.probe(reader, media_type, TEXT_CHARS)
    except DecoderError:
        raise
    except DecodeError:
        return _Looked(None, None)
    thumbnail = None
    if decoded.media_type_found.startswith("image/") or decoded.media_type_found == "application/pdf":
        try:
            thumbnail = encode_small_picture(decoder.thumbnail(reader, media_type, THUMBNAIL_EDGE_PX))
        except (DecoderNotIsolated, DecoderStopped):
            raise
        except DecodeError:
            thumbnail = None
    return _Looked(decoded, thumbnail)


def _keep_all(vault: Vault, found: list[tuple[int, UUID, _Looked]]) -> None:
    try:
        with vault.derived.transaction():
            for _, item_id, looked in found:
                _put(vault, item_id, looked)
    except NoRoomError:
        # In the reserve: those that still fit are kept, each by itself.
        for _, item_id, looked in found:
            _keep(vault, item_id, looked)


def _keep(vault: Vault, item_id: UUID, looked: _Looked) -> None:
    try:
        with vault.derived.transaction():
            _put(vault, item_id, looked)
    except NoRoomError:
        # What is left is for the words of the records, without which nothing is found.
        with vault.derived.transaction():
            _put(vault, item_id, _Looked(None, None))


def _put(vault: Vault, item_id: UUID, looked: _Looked) -> None:
    if looked.decoded is not None:
        put_found(vault, item_id, looked.decoded)
        if looked.decoded.text:
            vault.derived.put_text(item_id, looked.decoded.text)
    if looked.thumbnail is not None:
        vault.derived.put_thumbnail(item_id, looked.thumbnail, MEDIA_TYPE)
    if looked.decoded is not None and vault.derived.free_share() < KEPT_FREE_SHARE:
        raise NoRoomError(part="derived")
    vault.derived.pending_done(item_id)


def _count_failure(vault: Vault, item_id: UUID) -> None:
    with vault.derived.transaction():
        vault.derived.pending_failed(item_id)
        if vault.derived.attempts(item_id) >= ATTEMPTS:
            vault.derived.pending_done(item_id)
