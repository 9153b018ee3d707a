"""Writing bundles: what they hold, how they fail, what never leaves and what is left behind."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import errno
import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrd_desktop.bundle import destination as destination_module
from hrd_desktop.bundle.check import check_bundle
from hrd_desktop.bundle.layout import item_path
from hrd_desktop.bundle.texts import load_texts
from hrd_desktop.crypto.age_identities import parse_identities
from hrd_desktop.crypto.age_recipients import parse_recipient
from hrd_desktop.domain.errors.base import Cancelled, SheafError
from hrd_desktop.domain.errors.bundle import (
    BundleDestinationExists,
    BundleDestinationFailed,
    BundleDestinationFull,
    BundleItemMismatch,
    BundleLanguageUnknown,
    BundlePlanInvalid,
    BundleReadBackFailed,
    BundleSourceFailed,
    BundleTextChanged,
    PassphraseRefused,
    RecipientInvalid,
)
from hrd_desktop.domain.export import (
    BundleForm,
    BundleItem,
    BundlePlan,
    Disclosure,
    DisclosureKind,
    DisclosureWhere,
    PlainFolder,
    ToRecipients,
    WithPassphrase,
    list_disclosures,
)
from hrd_desktop.domain.progress import CancelToken
from hrd_desktop.domain.records import DatePrecision, Place, PlacePrecision, WhenTaken
from tests.unit.bundle.bundle_trees import TEXTS_FOLDER, custody_lines, finished_tree, make_source, read_tree

IDENTITY = pyrage.x25519.Identity.generate()
KEY_FORM = ToRecipients((parse_recipient(str(IDENTITY.to_public())),))
WORDS = "abacus abdomen abide"
FORMS: list[BundleForm] = [PlainFolder(), WithPassphrase(WORDS), KEY_FORM]
form_names = [type(form).__name__ for form in FORMS]


def check(path: Path) -> object:
    return check_bundle(path, identities=parse_identities(str(IDENTITY).encode()), passphrase=WORDS)


@pytest.mark.parametrize("form", FORMS, ids=form_names)
def test_a_bundle_of_every_form_is_sound(tmp_path: Path, form: BundleForm) -> None:
    source = make_source(b"one", b"", os.urandom(200_000))
    result = source.write(tmp_path, form)
    found = check_bundle(result.path, identities=parse_identities(str(IDENTITY).encode()), passphrase=WORDS)
    assert found.faults == () and found.remarks == ()
    assert found.own_layout and found.items == 3 and found.algorithms == ("sha256", "sha512")
    assert source.opened == ["id-1", "id-2", "id-3"] * 2
    assert result.items == 3
    if isinstance(form, PlainFolder):
        assert (
            result.sha256
            == hashlib.sha256((result.path / "bag/tagmanifest-sha512.txt").read_bytes()).digest()
        )
        assert result.size_bytes == sum(map(len, read_tree(result.path).values()))
        assert list(tmp_path.iterdir()) == [result.path]
    else:
        assert result.sha256 == hashlib.sha256(result.path.read_bytes()).digest()
        assert result.size_bytes == result.path.stat().st_size
        assert result.cover_path is not None
        assert sorted(tmp_path.iterdir()) == sorted([result.path, result.cover_path])
    for path in [*tmp_path.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


names = st.text(max_size=40) | st.sampled_from(
    [
        "",
        "=1+1",
        "\u202egpj.exe",
        "<script>alert(1)</script>",
        "a\x00b",
        "\udcff\udc80",
        "CON",
        "{{ 7*7 }}",
        "%0A",
    ]
)
sizes = st.sampled_from([0, 1, 2, 9_999, 10_000, 10_001, 65_535, 65_536, 65_537])


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[bytes], Callable[[BundleItem], BundleItem], dict[str, object]]:
    contents = [draw(st.binary(min_size=1, max_size=8)) * draw(sizes) for _ in range(draw(st.integers(0, 4)))]
    text = draw(names)
    chosen = {
        "title": text,
        "original_name": draw(st.none() | names),
        "description": draw(st.none() | names),
        "note": draw(st.none() | names),
        "sources": draw(st.none() | st.lists(names, max_size=2).map(tuple)),
        "persons": tuple(draw(st.lists(names, max_size=2))),
        "media_type": draw(
            st.sampled_from(["image/jpeg", "text/html", "application/x-msdownload", "", "\udcff"])
        ),
        "when": draw(
            st.none()
            | st.builds(WhenTaken, names, st.none() | names.filter(bool), st.sampled_from(DatePrecision))
        ),
        "place": draw(
            st.none()
            | st.builds(
                Place, names, st.none() | st.floats(-90, 90), st.just(1.0), st.sampled_from(PlacePrecision)
            )
        ),
    }
    outer = {
        "title": draw(st.none() | names),
        "contacts_vcf": draw(st.none() | st.binary(max_size=50)),
        "tool": draw(st.none() | names),
    }
    return contents, lambda item: dataclasses.replace(item, **chosen), outer


@settings(max_examples=25)
@given(plans(), st.sampled_from(FORMS[:2]))
def test_any_plan_becomes_a_sound_bundle(
    tmp_path_factory: pytest.TempPathFactory,
    drawn: tuple[list[bytes], Callable[[BundleItem], BundleItem], dict[str, object]],
    form: BundleForm,
) -> None:
    contents, change, outer = drawn
    source = make_source(*contents, change=change)
    source.plan = dataclasses.replace(source.plan, **outer)
    result = source.write(tmp_path_factory.mktemp("out"), form)
    found = check_bundle(result.path, passphrase=WORDS)
    assert found.faults == ()
    assert found.items == len(contents)
    if isinstance(form, PlainFolder):
        tree = read_tree(result.path)
        for item in source.plan.items:
            assert tree[f"bag/data/{item_path(item)}"] == source.contents[item.item_id]
        assert all(path.isascii() for path in tree)
        rows = list(csv.reader(io.StringIO(tree["bag/data/index.csv"].decode("utf-8-sig"), newline="")))
        assert len(rows) == 1 + len(contents)
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
        assert_harmless(tree["bag/data/index.html"].decode())


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


def assert_harmless(text: str) -> None:
    """No script, nothing loaded, only links into the bundle and only the tags of the template."""
    page = _Page()
    page.feed(text)
    template = (TEXTS_FOLDER / "index.html.j2").read_text("utf-8")
    assert all(f"<{tag}" in template for tag in page.tags)
    for name, value in page.attributes:
        assert not name.startswith("on")
        if name == "href":
            assert value is not None and value.startswith("items/")
        if name == "src":
            assert value is not None and value.startswith("data:image/")
    assert "default-src 'none'" in text or "default-src &#39;none&#39;" in text
    assert not any(ord(character) < 0x20 and character not in "\n\t" for character in text)


def test_the_bag_in_full(tmp_path: Path) -> None:
    events = custody_lines({"action": "imported", "sequence": 0}, {"action": "verified", "sequence": 1})
    source = make_source(
        b"bytes",
        change=lambda item: dataclasses.replace(
            item, title="=HYPERLINK()", custody_lines=tuple(events), original_name="a\u202eb.jpg"
        ),
    )
    source.plan = dataclasses.replace(
        source.plan, contacts_vcf=b"BEGIN:VCARD\r\n", bag_info=(("Contact-Name", "A\nB"),), tool="Tool 1"
    )
    tree = finished_tree(source, tmp_path)
    assert sorted(tree) == sorted(
        [
            "README.txt",
            "bag/bag-info.txt",
            "bag/bagit.txt",
            "bag/data/contacts.vcf",
            "bag/data/custody/0001.jsonl",
            "bag/data/custody/0001.tlog-proofs",
            "bag/data/custody/receipt-2.txt",
            "bag/data/index.csv",
            "bag/data/index.html",
            "bag/data/items/0001/original.jpg",
            "bag/manifest-sha256.txt",
            "bag/manifest-sha512.txt",
            "bag/tagmanifest-sha256.txt",
            "bag/tagmanifest-sha512.txt",
            "bag.sig",
            "check.html",
            "signer.pub",
            "timestamp.tsq",
        ]
    )
    assert tree["bag/bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    payload = [data for path, data in tree.items() if path.startswith("bag/data/")]
    oxum = f"{sum(map(len, payload))}.{len(payload)}"
    assert tree["bag/bag-info.txt"] == f"Payload-Oxum: {oxum}\nContact-Name: A B\n".encode()
    assert tree["bag/data/custody/0001.jsonl"] == b"".join(line + b"\n" for line in events)
    assert tree["bag/data/index.csv"].startswith(b'\xef\xbb\xbf"exhibit"')
    assert b'"\'=HYPERLINK()"' in tree["bag/data/index.csv"]
    assert "a\\u{202e}b.jpg" in tree["bag/data/index.html"].decode()
    assert "<ol><li>imported</li><li>checked, unchanged</li></ol>" in tree["bag/data/index.html"].decode()
    readme = tree["README.txt"].decode()
    assert "sha256sum --strict -c manifest-sha256.txt" in readme and "Tool 1" in readme
    assert "Sheaf" not in readme


def test_custody_events_that_do_not_fit_are_not_exported(tmp_path: Path) -> None:
    good = custody_lines({"action": "imported"}, {"action": "verified"})
    for lines in ((b"{}",), tuple(reversed(good))):
        source = make_source(
            b"x", change=lambda item, lines=lines: dataclasses.replace(item, custody_lines=lines)
        )
        with pytest.raises(BundleReadBackFailed):
            source.write(tmp_path, PlainFolder())
    assert list(tmp_path.iterdir()) == []


def test_only_what_was_chosen_leaves(tmp_path: Path) -> None:
    source = make_source(b"bytes")
    everything = b"".join(finished_tree(source, tmp_path).values())
    assert b"id-1" not in everything and b"Sources" not in everything and b">Note<" not in everything
    assert str(tmp_path).encode() not in everything
    kinds = {disclosure.kind for disclosure in list_disclosures(source.plan)}
    assert kinds == {DisclosureKind.TITLE}


def test_the_list_of_what_leaves_is_complete(tmp_path: Path) -> None:
    """Every text in the plan is in the list, and every field of an item that can hold one is tried."""
    carried = Disclosure(DisclosureKind.DEVICE_SERIAL, DisclosureWhere.FILE, "id-1", "v-serial")
    values: dict[str, object] = {
        "title": "v-title",
        "original_name": "v-name",
        "description": "v-description",
        "when": WhenTaken("2024-05-14T10:30", "+02:00"),
        "place": Place("v-place", 1.25, -2.5),
        "persons": ("v-person", "v-other"),
        "sources": ("v-source",),
        "note": "v-note",
        "carried": (carried,),
    }
    measured = {"item_id", "number", "sha256", "size_bytes", "media_type", "custody_lines", "custody_proofs"}
    assert {field.name for field in dataclasses.fields(BundleItem)} == values.keys() | measured
    source = make_source(b"x", change=lambda item: dataclasses.replace(item, **values))
    outer = {
        "title": "v-head",
        "prepared_on": "v-day",
        "bag_info": (("Contact-Name", "v-who"),),
        "contacts": ("v-c",),
    }
    source.plan = dataclasses.replace(source.plan, **outer)
    plan_fields = {field.name for field in dataclasses.fields(BundlePlan)}
    papers = {"receipts", "log_lines", "log_proofs"}
    assert plan_fields == outer.keys() | papers | {"items", "language", "contacts_vcf", "tool"}
    listed = {disclosure.value for disclosure in list_disclosures(source.plan)}
    assert listed == {
        "v-title", "v-name", "v-description", "2024-05-14T10:30+02:00", "v-place", "1.250000, -2.500000",
        "v-person", "v-other", "v-source", "v-note", "v-serial", "v-head", "v-day", "Contact-Name: v-who",
        "v-c",
    }  # fmt: skip
    page = finished_tree(source, tmp_path)["bag/data/index.html"].decode()
    for value in listed - {"v-serial", "Contact-Name: v-who", "v-c"}:
        # A time is written as people write it.
        assert value in page or value.replace("T", " ") in page
    for shown in (source.plan, source.plan.items[0], carried, KEY_FORM, WithPassphrase(WORDS)):
        assert "v-" not in repr(shown) and WORDS not in repr(shown) and "age1" not in repr(shown)


def test_thumbnails_stand_in_the_page(tmp_path: Path) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(50)
    source = make_source(b"x", b"y")
    result = source.write(tmp_path, PlainFolder(), find_thumbnail={"id-2": png}.get)
    page = (result.path / "bag/data/index.html").read_text("utf-8")
    assert page.count("data:image/png;base64,iVBOR") == 1
    assert_harmless(page)
    for wrong in (b"<svg onload=alert(1)>", png + bytes(1 << 18)):
        with pytest.raises(BundlePlanInvalid):
            source.write(tmp_path, PlainFolder(), find_thumbnail={"id-1": wrong}.get)
    numbers = iter(range(9))
    with pytest.raises(BundleTextChanged):
        source.write(tmp_path, PlainFolder(), find_thumbnail=lambda item_id: png + bytes([next(numbers)]))
    assert list(tmp_path.iterdir()) == [result.path]


@pytest.mark.parametrize("form", FORMS, ids=form_names)
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("wrong", "detail"), [(b"12346", "sha256"), (b"1234", "size"), (b"123456", "size"), (b"", "size")]
)
def test_an_item_that_does_not_match_aborts(
    tmp_path: Path, form: BundleForm, late: bool, wrong: bytes, detail: str
) -> None:
    source = make_source(b"ok", b"12345", b"ok")
    calls = iter([b"12345", wrong] if late else [wrong])

    @contextlib.contextmanager
    def open_item(item: BundleItem) -> Iterator[list[bytes]]:
        yield [next(calls) if item.item_id == "id-2" else source.contents[item.item_id]]

    with pytest.raises(BundleItemMismatch) as caught:
        source.write(tmp_path, form, open_item=open_item)
    assert caught.value.fields == {"item": "id-2", "detail": detail}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMS, ids=form_names)
def test_a_source_that_cannot_be_read_is_not_the_destinations_fault(tmp_path: Path, form: BundleForm) -> None:
    source = make_source(b"12345")
    for fail_at in range(4):
        steps = iter(range(9))

        def step(fail_at: int = fail_at, steps: Iterator[int] = steps) -> None:
            if next(steps) == fail_at:
                raise OSError(errno.ENOSPC, "source")

        @contextlib.contextmanager
        def open_item(item: BundleItem, step: Callable[[], None] = step) -> Iterator[Iterator[bytes]]:
            step()

            def pieces() -> Iterator[bytes]:
                step()
                yield b"12345"

            yield pieces()

        with pytest.raises(BundleSourceFailed) as caught:
            source.write(tmp_path, form, open_item=open_item)
        assert caught.value.fields == {"item": "id-1", "errno": errno.ENOSPC}
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMS, ids=form_names)
def test_cancel_at_every_step_leaves_nothing(tmp_path: Path, form: BundleForm) -> None:
    class CancelAfter:
        def __init__(self, steps: int, token: CancelToken) -> None:
            self.left = steps
            self.token = token
            self.total = self.done = self.items = self.ends = 0

        def begin(self, total_items: int, total_bytes: int) -> None:
            self.total = total_bytes

        def advance(self, done_bytes: int) -> None:
            self.done += done_bytes
            self.left -= 1
            if self.left == 0:
                self.token.cancel()

        def finish_item(self) -> None:
            self.items += 1

        def end(self) -> None:
            self.ends += 1

    steps = 1
    while True:
        token = CancelToken()
        watch = CancelAfter(steps, token)
        try:
            result = make_source(bytes(25_000), bytes(5)).write(tmp_path, form, progress=watch, cancel=token)
        except Cancelled:
            assert list(tmp_path.iterdir()) == []
            assert watch.ends == 1
            steps += 1
            continue
        assert result.path.exists()
        assert watch.done <= watch.total and watch.items == 2 and watch.ends == 1
        break
    assert steps > 8


class LimitedDisk:
    """`os.write` on a disk that has room for so many bytes, and writes short before it fails."""

    def __init__(self, room: int, failure: int) -> None:
        self.room = room
        self.failure = failure
        self.write_real = os.write

    def write(self, descriptor: int, data: memoryview) -> int:
        if not self.room:
            raise OSError(self.failure, "no")
        part = bytes(data[: max(1, min(self.room, len(data) // 2))])
        self.room -= len(part)
        return self.write_real(descriptor, part)


@pytest.mark.parametrize("form", FORMS, ids=form_names)
def test_a_disk_that_fails_anywhere_leaves_nothing(
    tmp_path: Path, form: BundleForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source(bytes(70_000))
    out, measure = tmp_path / "out", tmp_path / "measure"
    out.mkdir()
    measure.mkdir()
    size = source.write(measure, form).size_bytes
    for room in (0, 1, 900, 1700, size // 2, size - 100):
        for failure, expected in (
            (errno.ENOSPC, BundleDestinationFull),
            (errno.EIO, BundleDestinationFailed),
        ):
            with monkeypatch.context() as patch:
                patch.setattr(destination_module.os, "write", LimitedDisk(room, failure).write)
                with pytest.raises(expected):
                    source.write(out, form)
            assert list(out.iterdir()) == []
    with monkeypatch.context() as patch:
        patch.setattr(destination_module.os, "write", LimitedDisk(size + 5000, errno.EIO).write)
        assert check_bundle(
            source.write(out, form).path,
            passphrase=WORDS,
            identities=parse_identities(str(IDENTITY).encode()),
        ).sound


@pytest.mark.parametrize(
    ("form", "call"),
    [(FORMS[0], "fsync"), (FORMS[0], "rename"), (FORMS[2], "fsync"), (FORMS[2], "link")],
)
def test_a_failing_system_call_leaves_nothing(
    tmp_path: Path, form: BundleForm, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(errno.EIO, "no")

    monkeypatch.setattr(destination_module.os, call, fail)
    with pytest.raises(BundleDestinationFailed):
        make_source(b"x").write(tmp_path, form)
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(errno.EPERM, "no links")

    monkeypatch.setattr(destination_module.os, "link", refuse)
    result = make_source(b"x").write(tmp_path, KEY_FORM)
    assert result.cover_path is not None
    assert sorted(tmp_path.iterdir()) == sorted([result.path, result.cover_path])
    with pytest.raises(BundleDestinationExists):
        make_source(b"x").write(result.path, KEY_FORM)


def test_room_is_looked_at_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 10_000})
    monkeypatch.setattr("hrd_desktop.bundle.write.shutil.disk_usage", lambda folder: usage)
    for form in FORMS:
        with pytest.raises(BundleDestinationFull) as caught:
            make_source(bytes(20_000)).write(tmp_path, form)
        assert int(caught.value.fields["needed_bytes"] or 0) > 20_000
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMS, ids=form_names)
def test_what_the_medium_gives_back_is_what_counts(
    tmp_path: Path, form: BundleForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A medium that alters one byte on the way is found at the latest when reading back."""

    def write_altered(descriptor: int, data: memoryview) -> int:
        altered = bytearray(data)
        if len(altered) > 30_000:
            altered[20_000] ^= 1
        return real(descriptor, altered)

    real = os.write
    source = make_source(os.urandom(40_000))
    source.piece_bytes = 40_000
    monkeypatch.setattr(destination_module.os, "write", write_altered)
    with pytest.raises(BundleReadBackFailed):
        source.write(tmp_path, form)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMS, ids=form_names)
def test_nothing_is_overwritten(tmp_path: Path, form: BundleForm) -> None:
    target = tmp_path / "exact.zip.age"
    cover = tmp_path / "exact.txt"
    for taken in (target,) if isinstance(form, PlainFolder) else (target, cover):
        taken.write_bytes(b"kept")
        if taken == target:
            assert not target.is_dir()
        with pytest.raises(BundleDestinationExists):
            make_source(b"x").write(target, form)
        assert taken.read_bytes() == b"kept"
        taken.unlink()
        assert list(tmp_path.iterdir()) == []
    target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(BundleDestinationExists):
        make_source(b"x").write(target, form)
    target.unlink()
    result = make_source(b"x").write(target, form)
    assert result.path == target and target.exists()
    with pytest.raises(BundleDestinationFailed):
        make_source(b"x").write(tmp_path / "missing" / "x.zip.age", form)


def test_a_name_taken_while_writing_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "exact.zip.age"
    real = os.link

    def link_late(source: Path, final: Path) -> None:
        if final == target:
            target.write_bytes(b"somebody else's")
        real(source, final)

    monkeypatch.setattr(destination_module.os, "link", link_late)
    with pytest.raises(BundleDestinationExists):
        make_source(b"x").write(target, KEY_FORM)
    assert target.read_bytes() == b"somebody else's"
    assert list(tmp_path.iterdir()) == [target]


def test_the_same_plan_gives_the_same_bag(tmp_path: Path) -> None:
    """Nothing of the time, the machine or the user gets in."""
    source = make_source(b"x", b"y")
    first, second = (source.write(tmp_path / name, PlainFolder()) for name in ("one", "two"))
    one, two = read_tree(first.path), read_tree(second.path)
    # The request for a timestamp is a new one each time; it lies beside the bag.
    assert one.pop("timestamp.tsq") != two.pop("timestamp.tsq")
    assert one == two
    assert first.tagmanifest_sha512 == second.tagmanifest_sha512


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": 0}, "number"),
        ({"sha256": b"short"}, "sha256"),
        ({"size_bytes": -1}, "size_bytes"),
        ({"custody_lines": (b"a\nb",)}, "custody_lines"),
        ({"custody_lines": (b"",)}, "custody_lines"),
    ],
)
def test_plans_that_are_refused(tmp_path: Path, change: dict[str, object], field: str) -> None:
    source = make_source(b"x", change=lambda item: dataclasses.replace(item, **change))
    with pytest.raises(BundlePlanInvalid) as caught:
        source.write(tmp_path, PlainFolder())
    assert caught.value.fields == {"field": field, "item": "id-1"}
    assert list(tmp_path.iterdir()) == []


def test_other_refusals(tmp_path: Path) -> None:
    refused: list[tuple[BundleForm, type[SheafError]]] = [
        (WithPassphrase(""), PassphraseRefused),
        (ToRecipients(()), RecipientInvalid),
    ]
    for form, expected in refused:
        with pytest.raises(expected):
            make_source(b"x").write(tmp_path, form)
    twice = make_source(b"x", b"y", change=lambda item: dataclasses.replace(item, number=1))
    with pytest.raises(BundlePlanInvalid):
        twice.write(tmp_path, PlainFolder())
    for label, value in (
        ("Payload-Oxum", "1.1"),
        ("payload-oxum", "x"),
        ("A:B", "x"),
        ("Name", "\n"),
        ("", "x"),
    ):
        source = make_source(b"x")
        source.plan = dataclasses.replace(source.plan, bag_info=((label, value),))
        with pytest.raises(BundlePlanInvalid):
            source.write(tmp_path, PlainFolder())
    assert list(tmp_path.iterdir()) == []
    for language in ("xx", "../en", "", "EN/"):
        with pytest.raises(BundleLanguageUnknown):
            load_texts(TEXTS_FOLDER, language)


def test_cover_sheet_is_neutral(tmp_path: Path) -> None:
    for form in FORMS[1:]:
        source = make_source(b"x")
        source.plan = dataclasses.replace(source.plan, title="Secret", tool="Tool 1")
        result = source.write(tmp_path, form)
        assert result.cover_path is not None
        text = result.cover_path.read_text("utf-8")
        assert result.path.name in text and "age -d" in text
        assert ("-i key.txt" in text) == isinstance(form, ToRecipients)
        assert not any(word in text for word in ("Secret", "Tool", "Sheaf", "evidence", "exhibit", "bundle"))
