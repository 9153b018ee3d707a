"""The key slots of a vault that does not open: whatever a credential still opens in them.

Method: docs/spec/vault-format.md, sections 2.1 and 2.6 (what only rescue may use). Writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hrd_desktop.crypto.credential import Credential, root_of
from hrd_desktop.crypto.kdf import KdfParameters
from hrd_desktop.crypto.slots import HEADER_BYTES, KeySlotHeader, OpenedSlot, open_slots, parse_header
from hrd_desktop.domain.errors.base import NotOpenedError
from hrd_desktop.domain.errors.vault import (
    KdfParametersError,
    KeySlotsDamagedError,
    NewerFormatError,
    WrongCredentialError,
)
from hrd_desktop.domain.slots import FLAG_KEY_FILE, SlotKind
from hrd_desktop.storage.keyslot_file import KEYSLOT_FILE_BYTES, KeySlotFiles
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.opening import read_key_slots

Stretch = Callable[[bytes, bytes, KdfParameters], bytes]


@dataclass(frozen=True, repr=False)
class Identity:
    """A compartment that a credential opens: of a folder with files of two vaults there may be two.

    ``compartment_keys``: the present key first, then those before it that a re-key left in a slot.
    ``generation`` is the largest of the slots that opened.
    """

    header: KeySlotHeader
    compartment: int
    kind: SlotKind
    with_key_file: bool
    compartment_keys: tuple[bytes, ...]
    generation: int


def open_identities(layout: VaultLayout, credential: Credential, stretch: Stretch) -> tuple[Identity, ...]:
    """What ``credential`` opens under each sound header, whether it is current or not.

    A header is sound in a file of any length; slots of both files are tried under each. Raises what
    ``read_key_slots`` raises where no header is sound, NewerFormatError, WrongCredentialError,
    KeySlotsDamagedError (a slot of this credential that is damaged in both copies), NotEnoughMemoryError.
    """
    copies = KeySlotFiles(layout).read()
    headers = _sound_headers(copies)
    if not headers:
        read_key_slots(layout)
        # Sound to that reader and not to this one: the file changed in between.
        raise KeySlotsDamagedError(reason="changed")
    identities: list[Identity] = []
    failure: NotOpenedError | None = None
    for header_bytes, header in headers.items():
        stretched = stretch(credential.secret, header.salt, header.parameters)
        root = root_of(stretched, credential.key_file_digest)
        try:
            opened = open_slots(copies, root, header_bytes)
        except (KeySlotsDamagedError, NewerFormatError) as error:
            failure = error
            continue
        if opened:
            identities.append(_identity(header, opened))
    if not identities:
        raise failure or WrongCredentialError()
    return tuple(identities)


def _sound_headers(copies: tuple[bytes | None, bytes | None]) -> dict[bytes, KeySlotHeader]:
    """Each sound header once. Raises NewerFormatError when a newer program made either file."""
    headers: dict[bytes, KeySlotHeader] = {}
    for data in copies:
        if data is None or len(data) < HEADER_BYTES:
            continue
        # The length says nothing about the header: what is missing behind it are slots.
        whole = data[:KEYSLOT_FILE_BYTES].ljust(KEYSLOT_FILE_BYTES, b"\0")
        try:
            headers[data[:HEADER_BYTES]] = parse_header(whole)
        except NewerFormatError:
            raise
        except (NotOpenedError, KdfParametersError):
            continue
    return headers


def _identity(header: KeySlotHeader, opened: tuple[OpenedSlot, ...]) -> Identity:
    first = opened[0].content
    own = [slot.content for slot in opened if slot.content.compartment == first.compartment]
    own.sort(key=lambda content: content.generation, reverse=True)
    old = [key for content in own if (key := content.old_compartment_key) is not None]
    keys = dict.fromkeys([content.compartment_key for content in own] + old)
    return Identity(
        header=header,
        compartment=first.compartment,
        kind=first.kind,
        with_key_file=bool(first.flags & FLAG_KEY_FILE),
        compartment_keys=tuple(keys),
        generation=own[0].generation,
    )
