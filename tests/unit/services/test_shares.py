"""A set of shares in a vault: not relied on before it is proved, and good whatever else changes."""

from __future__ import annotations

import os

import pytest

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.errors.records import FieldValueError, NotFoundError
from hrd_desktop.domain.errors.shares import ShareCountError, SharesMissingError
from hrd_desktop.domain.errors.vault import LastSlotError, SlotsFullError, WrongCredentialError
from hrd_desktop.services.session import Session
from hrd_desktop.services.shares import (
    NewShares,
    add_share_set,
    credential_of,
    ensure_slot_is_free,
    list_share_sets,
    make_shares,
    note_opened_with_shares,
    prove_share_set,
    remove_share_set,
    set_holder,
)
from hrd_desktop.services.slots import add_passphrase, change_passphrase, rekey_vault, remove_slot
from hrd_desktop.services.unlock import unlock


@pytest.fixture
def made(session: Session) -> NewShares:
    made = make_shares(2, 3, os.urandom)
    add_share_set(session, made, ("Ana", "  Bo   Li "))
    return made


def reopened(session: Session, made: NewShares, *numbers: int) -> Session:
    root = session.vault.layout.root
    session.close()
    opening = credential_of([made.shares[number - 1] for number in numbers])
    return unlock(root, opening, random=os.urandom, clock=SystemClock())


def test_a_set_is_noted_and_not_proved_by_being_made(session: Session, made: NewShares) -> None:
    (found,) = list_share_sets(session)
    assert (found.slot_number, found.needed, found.count) == (1, 2, 3)
    assert found.holders == ("Ana", "Bo Li", "")
    assert found.set_id == made.shares[0].set_id
    assert found.proved_utc is None


def test_no_share_is_noted_in_the_vault(session: Session, made: NewShares) -> None:
    noted = session.read(lambda vault: str(vault.records_database.query("SELECT name, value FROM setting")))
    for share in made.shares:
        assert not [word for word in share.words[4:] if f" {word} " in noted]
    assert made.credential.secret[1:].hex() not in noted


def test_entering_enough_shares_proves_it(session: Session, made: NewShares) -> None:
    with pytest.raises(SharesMissingError):
        prove_share_set(session, made.shares[:1])
    with pytest.raises(WrongCredentialError):
        prove_share_set(session, make_shares(2, 3, os.urandom).shares)
    assert list_share_sets(session)[0].proved_utc is None
    assert prove_share_set(session, made.shares[1:]).proved_utc is not None
    (found,) = list_share_sets(session)
    assert found.proved_utc is not None and found.holders == ("Ana", "Bo Li", "")


def test_it_opens_with_any_two_and_that_proves_it(session: Session, made: NewShares) -> None:
    with reopened(session, made, 3, 1) as again:
        assert again.vault.slot_number == 1
        assert note_opened_with_shares(again) is not None
        assert list_share_sets(again)[0].proved_utc is not None


def test_opening_with_a_passphrase_proves_nothing(session: Session, made: NewShares) -> None:
    assert note_opened_with_shares(session) is None
    assert list_share_sets(session)[0].proved_utc is None


def test_it_outlives_a_change_of_passphrase_and_the_loss_of_what_may_be_lost(
    session: Session, made: NewShares
) -> None:
    change_passphrase(session, 0, credential_from_text("another one altogether"))
    with reopened(session, made, 2, 3) as again:
        change_passphrase(again, 0, credential_from_text("and one more"))
    with pytest.raises(SharesMissingError):
        credential_of(made.shares[2:])


def test_it_outlives_a_rekey_when_it_is_kept_and_goes_when_it_is_not(
    session: Session, made: NewShares
) -> None:
    prove_share_set(session, made.shares[:2])
    rekey_vault(session, [credential_of(made.shares[:2])])
    (found,) = list_share_sets(session)
    assert found.proved_utc is not None
    rekey_vault(session, [])
    assert list_share_sets(session) == ()
    with pytest.raises(WrongCredentialError):
        reopened(session, made, 1, 2)


def test_a_removed_set_opens_nothing_and_its_notes_are_gone(session: Session, made: NewShares) -> None:
    remove_share_set(session, 1)
    assert list_share_sets(session) == ()
    assert session.read(lambda vault: vault.records.settings.names("shares.")) == []
    with pytest.raises(NotFoundError):
        remove_share_set(session, 1)
    with pytest.raises(WrongCredentialError):
        reopened(session, made, 1, 2)


def test_the_last_way_in_is_not_removed(session: Session, made: NewShares) -> None:
    remove_slot(session, 0)
    with pytest.raises(LastSlotError):
        remove_share_set(session, 1)
    assert len(list_share_sets(session)) == 1


def test_who_has_a_share_can_be_changed(session: Session, made: NewShares) -> None:
    set_holder(session, 1, 3, "Cy")
    assert list_share_sets(session)[0].holders == ("Ana", "Bo Li", "Cy")
    for slot, share in ((1, 0), (1, 4), (0, 1), (2, 1)):
        with pytest.raises(NotFoundError):
            set_holder(session, slot, share, "nobody")
    with pytest.raises(FieldValueError):
        set_holder(session, 1, 1, "x" * 201)


def test_what_is_no_set_is_refused_before_anything_is_made(session: Session) -> None:
    for needed, count in ((1, 2), (3, 2), (2, 17)):
        with pytest.raises(ShareCountError):
            make_shares(needed, count, os.urandom)
    for number in range(3):
        add_passphrase(session, credential_from_text(f"another one, number {number}"))
    with pytest.raises(SlotsFullError):
        ensure_slot_is_free(session)
