"""The example: a small vault with invented material, to look round in, and to be removed in one step."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.people import CaseRole
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.contacts_files import import_contacts
from hrd_desktop.services.create import choose_parameters, create
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.edit import edit
from hrd_desktop.services.example_name import PASSPHRASE
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.people import put_person_in_case
from hrd_desktop.services.resources import resource_folder
from hrd_desktop.services.session import Session
from hrd_desktop.services.unlock import unlock
from hrd_desktop.services.wipe import wipe_vault

TAG = "example"
_SETTING = "example"
_PHOTOGRAPH = "IMG_0412.jpg"


def make_example(path: str, random: Callable[[int], bytes], clock: Clock) -> Session:
    """Make an example and open it. Raises what ``create`` raises; then there is no vault at ``path``.

    The key is derived as cheaply as it may be: there is nothing to protect.
    """
    credential = load_credential(PASSPHRASE, None)
    create(
        path,
        credential,
        parameters=choose_parameters("minimum"),
        recovery_code=None,
        reserve_bytes=0,
        random=random,
        clock=clock,
    )
    session = unlock(path, credential, random=random, clock=clock)
    # First of all: whatever happens next, it can be removed as what it is.
    session.write(lambda vault: vault.records.settings.set(_SETTING, "1"))
    _fill(session)
    return session


def is_example(session: Session) -> bool:
    """Whether the open vault is one that ``make_example`` made."""
    return session.read(lambda vault: vault.records.settings.find(_SETTING)) == "1"


def remove_example(path: str, random: Callable[[int], bytes]) -> None:
    """Destroy the vault at ``path`` with all that is in it. It must have been closed, and be an example."""
    wipe_vault(path, random=random, clock_ns=time.monotonic_ns, settings_paths=())


def _fill(session: Session) -> None:
    sample = resource_folder() / "sample"
    case = add_case(session, "EXAMPLE", "The well of an invented village")
    report = Ingest(
        session,
        IngestChoices(case_id=case.id, tags=(TAG,), source="Invented for this example"),
        work_lanes=1,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(session.random),
    ).run([os.fsencode(sample / "evidence")])
    for taken in report.items:
        if taken.item.original_name == _PHOTOGRAPH:
            edit(session, taken.item.id, {"title": "Grey pickup at the well", "place": "Upper well"})
    contacts = import_contacts(session, str(sample / "contacts.csv"), ours=True).added
    for contact, role in zip(contacts, (CaseRole.LAWYER, CaseRole.WITNESS), strict=False):
        put_person_in_case(session, case.id, contact.id, role, "")
