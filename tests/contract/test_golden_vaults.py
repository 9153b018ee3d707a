"""Every vault that was ever released opens, with everything in it; what is newer is refused by its number."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from hrd_desktop.crypto.credential import Credential, credential_from_text, digest_key_file
from hrd_desktop.crypto.headers import Role
from hrd_desktop.crypto.kdf import stretch
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.errors.vault import NewerFormatError, SlotNotCurrentError, WrongCredentialError
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import Item, ItemState
from hrd_desktop.services.unlock import unlock
from hrd_desktop.services.verify import verify
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.opening import open_vault
from hrd_desktop.storage.vault import Vault

Json = dict[str, Any]

TESTS = Path(__file__).resolve().parents[1]
GOLDEN = TESTS / "golden"
EXPECTATIONS: Json = json.loads((GOLDEN / "expectations.json").read_text(encoding="utf-8"))


def unpack(name: str, folder: Path) -> Path:
    """The vault's folder, with the rights of a vault."""
    vault = folder / "vault"
    with zipfile.ZipFile(GOLDEN / f"{name}.zip") as archive:
        archive.extractall(vault)
    for path in [vault, *vault.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    return vault


def credential_of(entry: Json) -> Credential:
    key_file = entry.get("key_file")
    digest = None if key_file is None else digest_key_file([bytes.fromhex(key_file)])
    return credential_from_text(entry["text"], digest)


def open_it(vault: Path, entry: Json) -> Vault:
    return open_vault(
        str(vault),
        credential=credential_of(entry),
        stretch=stretch,
        random=os.urandom,
        clock=SystemClock(),
    )


def described(item: Item) -> Json:
    return {
        "ref": item.reference,
        "title": item.details.title,
        "cases": list(item.cases),
        "tags": list(item.tags),
        "sha256": item.sha256.hex(),
        "size": item.size_bytes,
        "media_type": item.media_type,
    }


def test_every_vault_has_its_expectations() -> None:
    assert sorted(EXPECTATIONS) == sorted(path.stem for path in GOLDEN.glob("*.zip"))


@pytest.mark.parametrize("name", sorted(EXPECTATIONS))
def test_what_opened_it_opens_it_and_what_was_taken_out_does_not(name: str, tmp_path: Path) -> None:
    vault = unpack(name, tmp_path)
    for entry in EXPECTATIONS[name]["opens"]:
        opened = open_it(vault, entry)
        assert (opened.slot_number, opened.notices) == (entry["slot"], [])
        opened.close()
    for entry in EXPECTATIONS[name]["refused"]:
        with pytest.raises((WrongCredentialError, SlotNotCurrentError)):
            open_it(vault, entry)


@pytest.mark.parametrize("name", sorted(EXPECTATIONS))
def test_everything_is_in_it(name: str, tmp_path: Path) -> None:
    expected = EXPECTATIONS[name]
    vault = open_it(unpack(name, tmp_path), expected["opens"][0])
    records = vault.records
    try:
        state = records.state()
        assert (state.epoch, state.item_count) == (expected["state"]["epoch"], expected["state"]["items"])
        assert state.changed_utc is not None
        assert state.changed_utc.strftime("%Y-%m-%dT%H:%M:%SZ") == expected["state"]["changed_at"]
        for place, item_state in (("items", ItemState.KEPT), ("bin", ItemState.BINNED)):
            items = list(records.items.iter_items(state=item_state))
            assert [described(item) for item in items] == expected[place]
            for item in items:
                assert item.original_name == expected["original_names"][item.sha256.hex()]
                with vault.objects.open(item.object_name, (item.size_bytes, item.sha256)) as reader:
                    content = b"".join(reader.iter_content())
                assert hashlib.sha256(content).hexdigest() == item.sha256.hex()
        cases = {case.reference: case.id for case in records.cases.iter_cases()}
        found = {
            reference: sorted(item.reference for item in records.items.iter_items(case=case_id))
            for reference, case_id in cases.items()
        }
        assert found == expected["cases"]
        contacts = [
            {
                "alias": contact.alias,
                "real_name": contact.real_name,
                "channels": [channel.value for channel in contact.channels],
            }
            for contact in records.contacts.iter_contacts()
        ]
        assert contacts == expected["contacts"]
    finally:
        vault.close()


@pytest.mark.parametrize("name", sorted(EXPECTATIONS))
def test_it_verifies_and_takes_changes(name: str, tmp_path: Path) -> None:
    expected = EXPECTATIONS[name]
    folder = unpack(name, tmp_path)
    for _ in range(2):
        credential = credential_of(expected["opens"][0])
        with unlock(str(folder), credential, random=os.urandom, clock=SystemClock()) as session:
            report = verify(session, None, progress=NoProgress(), cancel=CancelToken())
            assert report.ok
            assert (report.item_count, report.mended) == (expected["state"]["items"], 0)
            assert {log.case: log.events for log in report.logs} == expected["events"]

            def change(vault: Vault) -> None:
                vault.records.settings.set("made.up", "changed")

            session.write(change)


@pytest.mark.parametrize("name", sorted(EXPECTATIONS))
def test_a_snapshot_in_it_opens_under_the_key_of_the_records(name: str, tmp_path: Path) -> None:
    vault = open_it(unpack(name, tmp_path), EXPECTATIONS[name]["opens"][0])
    sequences = []
    for object_name in vault.objects.iter_names():
        with vault.objects.open(object_name) as reader:
            if reader.header.role == Role.SNAPSHOT:
                sequences.append(reader.header.sequence)
                content = b"".join(reader.iter_content())
                assert content[:16] == vault.keys.records.salt
    vault.close()
    assert sequences == [EXPECTATIONS[name]["state"]["epoch"]]


@pytest.mark.parametrize("name", sorted(EXPECTATIONS))
def test_the_second_reader_finds_the_same(name: str, tmp_path: Path) -> None:
    folder, expected = unpack(name, tmp_path), EXPECTATIONS[name]
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(expected["opens"][0]["text"] + "\n", encoding="utf-8")
    command = [sys.executable, TESTS / "vectors" / "second_reader.py", folder, passphrase, "list"]
    result = subprocess.run(command, capture_output=True, check=True, timeout=120)
    found = json.loads(result.stdout)
    assert [entry for entry in found["objects"] if "kind" in entry] == []
    originals = {e["sha256"]: e["original_name"] for e in found["objects"] if e["role"] == Role.ORIGINAL}
    assert originals == expected["original_names"]


@pytest.mark.parametrize("name", sorted(EXPECTATIONS))
@pytest.mark.parametrize("copies", [(0, 1), (0,), (1,)])
def test_a_newer_format_is_refused_by_its_number(name: str, tmp_path: Path, copies: tuple[int, ...]) -> None:
    folder = unpack(name, tmp_path)
    newer = EXPECTATIONS[name]["format"] + 41
    for copy in copies:
        path = Path(VaultLayout(str(folder)).keyslots(copy))
        data = bytearray(path.read_bytes())
        struct.pack_into("<I", data, 8, newer)
        data[4064:4096] = hashlib.sha256(data[:4064]).digest()
        path.write_bytes(data)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(NewerFormatError) as failure:
        open_it(folder, EXPECTATIONS[name]["opens"][0])
    assert (failure.value.fields["part"], failure.value.fields["found"]) == ("vault", newer)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", sorted(EXPECTATIONS))
@pytest.mark.parametrize("part", ["records", "derived"])
def test_a_newer_schema_is_refused_by_its_number(name: str, tmp_path: Path, part: str) -> None:
    folder = unpack(name, tmp_path)
    vault = open_it(folder, EXPECTATIONS[name]["opens"][0])
    if part == "records":
        with vault.records_database.transaction():
            vault.records_database.execute("PRAGMA user_version = 4711")
    else:
        with vault.derived.transaction():
            vault.derived._database.execute("PRAGMA user_version = 4711")
    vault.close()
    for _ in range(2):
        with pytest.raises(NewerFormatError) as failure:
            open_it(folder, EXPECTATIONS[name]["opens"][0])
        assert failure.value.fields["part"] == f"{part}-schema"
        assert failure.value.fields["found"] == 4711
