"""Sets of shares: made, proved, noted, removed; and shares put together to open a vault."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hrd_desktop.crypto.credential import Credential, credential_from_shares, root_of
from hrd_desktop.crypto.kdf import stretch
from hrd_desktop.crypto.shares import (
    FEWEST_NEEDED,
    MOST_SHARES,
    SECRET_BYTES,
    WORDS,
    Share,
    combine_shares,
    parse_share,
    split_secret,
)
from hrd_desktop.crypto.slots import open_slots
from hrd_desktop.domain.clock import from_microseconds, to_microseconds
from hrd_desktop.domain.errors.records import FieldValueError, NotFoundError
from hrd_desktop.domain.errors.shares import ShareCountError, ShareLengthError
from hrd_desktop.domain.errors.vault import KeySlotsDamagedError, SlotsFullError, WrongCredentialError
from hrd_desktop.domain.share_sets import ShareSet
from hrd_desktop.domain.slots import SlotKind, SlotRecord
from hrd_desktop.services.session import Session
from hrd_desktop.storage.put_back import SHARES_SETTING
from hrd_desktop.storage.slot_changes import SlotChanges
from hrd_desktop.storage.vault import Vault

__all__ = ["FEWEST_NEEDED", "MOST_SHARES", "WORDS", "Share", "parse_share"]

HOLDER_LIMIT = 200
_NOTHING_NOTED = '{"set": 0, "needed": 0, "holders": [], "proved": null}'
_NOTHING_NOTED = '{"set": 0, "needed": 0, "holders": [], "proved": null}'


@dataclass(frozen=True, repr=False)
class NewShares:
    """Shares that are in no vault yet; ``credential`` is what they make together."""

    shares: tuple[Share, ...]
    credential: Credential


def make_shares(needed: int, count: int, random: Callable[[int], bytes]) -> NewShares:
    """A new secret, split. Raises ShareCountError."""
    if not FEWEST_NEEDED <= needed <= count <= MOST_SHARES:
        raise ShareCountError(needed=needed, count=count)
    secret = random(SECRET_BYTES)
    return NewShares(split_secret(secret, needed, count, random), credential_from_shares(secret))


def credential_of(shares: Sequence[Share]) -> Credential:
    """What these shares open. Raises SharesMixedError, SharesMissingError, SharesUnfitError."""
    return credential_from_shares(combine_shares(shares))


def parse_shares(untrusted_lines: Iterable[str]) -> tuple[Share, ...]:
    """One share a line; lines without a letter are passed over. Raises what ``parse_share`` raises."""
    found = [line for line in untrusted_lines if any(character.isalpha() for character in line)]
    if not found:
        raise ShareLengthError(found=0)
    return tuple(parse_share(line) for line in found)


def ensure_slot_is_free(session: Session) -> None:
    """Raise SlotsFullError when there is no slot for another set."""
    if all(record.used for record in session.read(lambda vault: SlotChanges(vault).load())):
        raise SlotsFullError()


def add_share_set(session: Session, made: NewShares, holders: Sequence[str] = ()) -> ShareSet:
    """Let the shares open the vault, and note who is to have them. The set is not proved by this.

    Raises SlotsFullError, FieldValueError (a holder's name), NotEnoughMemoryError.
    """
    first = made.shares[0]
    names = [_holder(name) for name in holders[: len(made.shares)]]
    names += [""] * (len(made.shares) - len(names))
    root = _root(session, made.credential)

    def work(vault: Vault) -> ShareSet:
        record = SlotChanges(vault).add(root=root, kind=SlotKind.SHARES, label="", flags=0)
        added = _set_of(record, first.set_id, first.needed, names, None)
        # A crash in between leaves a slot of shares of which nothing is noted; it is listed as such.
        with vault.records.transaction():
            _store(vault, record, added)
        return added

    return session.change(work)


def list_share_sets(session: Session) -> tuple[ShareSet, ...]:
    """The sets that open this vault, in order of their slots."""
    return session.read(_load)


def prove_share_set(session: Session, shares: Sequence[Share]) -> ShareSet:
    """Put the shares together, open the vault's key slots with them, and note that they do.

    Raises what ``credential_of`` raises, and WrongCredentialError when they are no set of this vault.
    """
    root = _root(session, credential_of(shares))

    def work(vault: Vault) -> ShareSet:
        copies = vault.files.read()
        if copies[0] is None or copies[1] is None:
            raise KeySlotsDamagedError()
        for slot in open_slots(copies, root, vault.header_bytes):
            for found in _load(vault):
                if slot.content.compartment == vault.compartment and slot.number == found.slot_number:
                    return _note_proved(vault, found)
        raise WrongCredentialError()

    return session.change(work)


def note_opened_with_shares(session: Session) -> ShareSet | None:
    """A vault that was opened with shares has proved the set. None when it was opened with something else."""

    def work(vault: Vault) -> ShareSet | None:
        for found in _load(vault):
            if found.slot_number == vault.slot_number:
                return _note_proved(vault, found)
        return None

    return session.change(work)


def set_holder(session: Session, slot_number: int, share_number: int, name: str) -> ShareSet:
    """Note who has a share, counted from 1. Raises NotFoundError, FieldValueError."""

    def changed(found: ShareSet) -> list[str]:
        if not 1 <= share_number <= found.count:
            raise NotFoundError(kind="share")
        holders = list(found.holders)
        holders[share_number - 1] = name
        return holders

    return session.write(lambda vault: _note_holders(vault, slot_number, changed))


def set_holders(session: Session, slot_number: int, names: Sequence[str]) -> ShareSet:
    """Note who has each share of a set, in order. Raises NotFoundError, FieldValueError."""

    def changed(found: ShareSet) -> Sequence[str]:
        if len(names) != found.count:
            raise NotFoundError(kind="share")
        return names

    return session.write(lambda vault: _note_holders(vault, slot_number, changed))


def remove_share_set(session: Session, slot_number: int) -> None:
    """Take the set out: its shares open the vault no more. Raises NotFoundError, LastSlotError."""

    def work(vault: Vault) -> None:
        _find(vault, slot_number)
        SlotChanges(vault).remove(slot_number)
        forget_stale_notes(vault)

    session.change(work)


def forget_stale_notes(vault: Vault) -> None:
    """Drop what is noted of sets that open the vault no more; makes its own transaction."""
    kept = {_name(record) for record in vault.records.slots.load() if record.used}
    stale = [name for name in vault.records.settings.names(SHARES_SETTING) if name not in kept]
    if stale:
        with vault.records.transaction():
            for name in stale:
                vault.records.settings.remove(name)


# -- inside ---------------------------------------------------------------------------------------


def _note_holders(vault: Vault, slot_number: int, change: Callable[[ShareSet], Sequence[str]]) -> ShareSet:
    found = _find(vault, slot_number)
    changed = _with(found, tuple(_holder(name) for name in change(found)), found.proved_utc)
    _store(vault, _record(vault, slot_number), changed)
    return changed


def _holder(name: str) -> str:
    text = " ".join(name.split())
    if len(text) > HOLDER_LIMIT or not (text.isprintable() or not text):
        raise FieldValueError(field="holder", reason="length-or-characters")
    return text


def _set_of(
    record: SlotRecord, set_id: int, needed: int, holders: Sequence[str], proved_us: int | None
) -> ShareSet:
    return ShareSet(
        record.number,
        set_id,
        needed,
        tuple(holders),
        from_microseconds(record.made_us),
        None if proved_us is None else from_microseconds(proved_us),
    )


def _with(found: ShareSet, holders: tuple[str, ...], proved_utc: datetime | None) -> ShareSet:
    return ShareSet(found.slot_number, found.set_id, found.needed, holders, found.made_utc, proved_utc)


def _note_proved(vault: Vault, found: ShareSet) -> ShareSet:
    proved = _with(found, found.holders, vault.clock.now_utc())
    with vault.records.transaction():
        _store(vault, _record(vault, found.slot_number), proved)
    return proved


def _load(vault: Vault) -> tuple[ShareSet, ...]:
    sets = []
    for record in vault.records.slots.load():
        if not record.used or record.kind != SlotKind.SHARES:
            continue
        # By the slot's id, which a re-key keeps and nothing else does: an old note never fits a new set.
        text = vault.records.settings.find(_name(record))
        noted = json.loads(text if text is not None else _NOTHING_NOTED)
        sets.append(_set_of(record, noted["set"], noted["needed"], noted["holders"], noted["proved"]))
    return tuple(sets)


def _find(vault: Vault, slot_number: int) -> ShareSet:
    for found in _load(vault):
        if found.slot_number == slot_number:
            return found
    raise NotFoundError(kind="slot")


def _record(vault: Vault, slot_number: int) -> SlotRecord:
    return next(record for record in vault.records.slots.load() if record.number == slot_number)


def _name(record: SlotRecord) -> str:
    return SHARES_SETTING + (record.slot_id or b"").hex()


def _store(vault: Vault, record: SlotRecord, wanted: ShareSet) -> None:
    proved = wanted.proved_utc
    vault.records.settings.set(
        _name(record),
        json.dumps(
            {
                "set": wanted.set_id,
                "needed": wanted.needed,
                "holders": list(wanted.holders),
                "proved": None if proved is None else to_microseconds(proved),
            },
            ensure_ascii=False,
        ),
    )


def _root(session: Session, credential: Credential) -> bytes:
    header = session.vault.header
    return root_of(stretch(credential.secret, header.salt, header.parameters), credential.key_file_digest)
