"""What is remembered for a recipient, and pseudonyms: the same towards one, never the same towards two."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from hrd_desktop.domain.contacts import ContactDraft
from hrd_desktop.domain.export import BundleForm, PlainFolder, WithPassphrase
from hrd_desktop.domain.people import ConsentPurpose
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import ItemPerson
from hrd_desktop.services.contacts import add_contact, delete_contact
from hrd_desktop.services.export import ExportChoices, ExportPlan, export, plan_export
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.recipient_profiles import RecipientProfile, find_profile
from hrd_desktop.services.session import Session


def persons(plan: ExportPlan) -> list[tuple[str, ...]]:
    return [item.persons for item in plan.bundle.items]


def test_pseudonyms_and_choices_are_kept_by_recipient(session: Session, tmp_path: Path) -> None:
    people = [add_contact(session, ContactDraft(alias=name)) for name in ("Amira", "Bo")]
    lawyer, court = (add_contact(session, ContactDraft(alias=name)) for name in ("Lawyer", "Court"))
    for number in range(2):
        (tmp_path / f"{number}.txt").write_text(str(number), encoding="utf-8")
    report = Ingest(
        session,
        IngestChoices(),
        work_lanes=1,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(session.random),
    ).run([bytes(tmp_path / "0.txt"), bytes(tmp_path / "1.txt")])
    assert len(report.items) == 2
    for done, shown in zip(report.items, (people, people[:1]), strict=True):
        item = done.item
        marks = [ItemPerson(item.id, person.id, "shown") for person in shown]
        session.write(lambda vault, item=item, marks=marks: vault.records.people.set_persons(item.id, marks))

    def plan(recipient: UUID | None, **choices: Any) -> ExportPlan:
        return plan_export(
            session, choices=ExportChoices(recipient=recipient, include_held_back=True, **choices)
        )

    def write(planned: ExportPlan, form: BundleForm, name: str) -> str:
        folder = tmp_path / name
        folder.mkdir()
        made = export(
            session,
            planned,
            str(folder),
            form,
            recipients=name,
            progress=NoProgress(),
            cancel=CancelToken(),
        )
        pages = [path.read_text("utf-8") for path in made.path.rglob("*") if path.suffix in (".html", ".csv")]
        return "".join(pages)

    assert persons(plan(lawyer.id)) == [("Amira", "Bo"), ("Amira",)]
    first = plan(lawyer.id, pseudonyms=True, with_notes=True, purpose=ConsentPurpose.UN_BODY, language="fr")
    amira, bo = first.bundle.items[0].persons
    assert amira != bo and persons(first) == [(amira, bo), (amira,)]
    assert all(len(name) == 6 and name.startswith("P-") for name in (amira, bo))
    assert find_profile(session, lawyer.id) is None
    told = write(first, PlainFolder(), "first")
    assert amira in told and "Amira" not in told
    expected = RecipientProfile(
        with_notes=True, pseudonyms=True, purpose=ConsentPurpose.UN_BODY, language="fr", form="recipients"
    )
    assert find_profile(session, lawyer.id) == expected
    assert persons(plan(lawyer.id, pseudonyms=True)) == persons(first)
    other = plan(court.id, pseudonyms=True)
    assert not {amira, bo} & set(other.bundle.items[0].persons)
    write(other, WithPassphrase("abacus abacus abacus abacus abacus abacus abacus"), "other")
    kept = find_profile(session, court.id)
    assert kept is not None and kept.form == "passphrase"
    # Without a recipient nothing can be kept: new names each time.
    assert persons(plan(None, pseudonyms=True)) != persons(plan(None, pseudonyms=True))
    delete_contact(session, court.id)
    write(plan(lawyer.id, pseudonyms=False), PlainFolder(), "third")
    assert find_profile(session, court.id) is None
    assert persons(plan(lawyer.id, pseudonyms=True)) == persons(first)
