"""The whole job by command, with a canary in everything that must stay secret."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from tests.e2e.cli import Place, traces_of

#: What must be found nowhere, by what it is. None is part of another or of a word that the program knows.
CANARIES = {
    "passphrase": "Qwanary-passphrase-7731 kestrel",
    "new passphrase": "Qwanary-renewed-7732 plover",
    "file name": "Qwanary-filename-7733",
    "folder name": "Qwanary-folder-7734",
    "text of a file": "Qwanary text inside 7735",
    "picture's own words": "Qwanary-exif-7736",
    "note": "Qwanary note 7737",
    "title": "Qwanary title 7738",
    "tag": "qwanary-tag-7739",
    "source": "Qwanary source 7740",
    "case": "QWANARY-CASE-7741",
    "contact": "Qwanary Alias 7742",
    "telephone": "+00 7743 7743 7743",
    "destroyed text": "Qwanary destroyed 7744",
    "bundle title": "Qwanary bundle 7745",
}


@dataclass
class Journey:
    """What was done, and where."""

    place: Place
    out: Path
    after_each: Callable[[str], None] = field(default=lambda command: None)
    before: tuple[str, ...] = ()

    def run(self, command: str, *arguments: str | Path, expect: int = 0) -> bytes:
        done = self.place.opened(command, *arguments, expect=expect, before=self.before, cwd=self.cwd)
        self.after_each(command)
        return done.out

    @property
    def cwd(self) -> Path:
        return self.place.originals

    def go(self) -> None:
        """Everything but the panic."""
        place = self.place
        place.passfile = place.secret("the passphrase", CANARIES["passphrase"])
        self._make_originals()
        self.out.mkdir(parents=True, exist_ok=True)
        code = self.out / "code"
        self.run("create", "--kdf", "minimum", "--recovery-code-file", code)
        folder = place.originals / CANARIES["folder name"]
        options = ("--case", CANARIES["case"], "--tag", CANARIES["tag"], "--source", CANARIES["source"])
        self.run("import", folder, *options, "--json")
        self.run("edit", "E0001", "--title", CANARIES["title"], "--note", CANARIES["note"])
        card = ("--alias", CANARIES["contact"], "--channel", f"phone:{CANARIES['telephone']}")
        self._group("contacts", "add", *card)
        self._group("contacts", "export", self.out / "contacts.vcf")
        found = self.run("list", "--query", CANARIES["text of a file"])
        assert len(found.splitlines()) == 1, "the text of a file is not found"
        self.run("show", "E0002")
        self.run("cat", "E0001")
        shown = self.run("export", "--all", "--title", CANARIES["bundle title"], "--passphrase-out",
                         self.out / "words", "--out", self.out / "bundle.zip.age")  # fmt: skip
        assert CANARIES["picture's own words"].encode() in shown
        checked = ("--bundle-passphrase-file", self.out / "words")
        place.run("check-bundle", self.out / "bundle.zip.age", *checked, before=self.before, cwd=self.cwd)
        self.run("delete", "E0002")
        self.run("undelete", "E0002")
        self.run("destroy", "E0003", "--yes")
        new = place.secret("the new passphrase", CANARIES["new passphrase"])
        self._group("slots", "change", "--new-passphrase-file", new)
        place.passfile = new
        self._group("slots", "rekey")
        self.run("verify")

    def panic(self) -> None:
        """The end of it."""
        self.place.run("panic", self.place.vault, "--yes", before=self.before, cwd=self.cwd)

    def _group(self, command: str, *words: str | Path) -> None:
        secret = ("--passphrase-file", self.place.passfile)
        self.place.run(command, self.place.vault, *words, *secret, before=self.before, cwd=self.cwd)
        self.after_each(command)

    def _make_originals(self) -> None:
        """E0001 a text, E0002 a picture, E0003 another text, as their names are in order."""
        folder = Path(CANARIES["folder name"])
        name = CANARIES["file name"]
        text = (CANARIES["text of a file"] + "\n") * 20
        self.place.original(str(folder / f"a {name}.txt"), text.encode())
        exif = Image.Exif()
        exif[0x010E] = CANARIES["picture's own words"]
        exif[0x013B] = CANARIES["picture's own words"]
        picture = io.BytesIO()
        Image.radial_gradient("L").convert("RGB").resize((900, 700)).save(picture, "JPEG", exif=exif)
        self.place.original(str(folder / f"b {name}.jpg"), picture.getvalue())
        self.place.original(str(folder / "c.txt"), (CANARIES["destroyed text"] + "\n").encode() * 400)


def find_traces(data: bytes, secrets: dict[str, str]) -> list[str]:
    """Which secrets lie in ``data``, and in which form."""
    return [
        f"{what} as {form}"
        for what, text in secrets.items()
        for form, trace in traces_of(text).items()
        if trace in data
    ]


def secrets_of(journey: Journey) -> dict[str, str]:
    """The canaries, and what the program made up itself."""
    made = dict(CANARIES)
    made["recovery code"] = (journey.out / "code").read_text("utf-8").split()[0]
    made["words of the bundle"] = (journey.out / "words").read_text("utf-8").strip()
    made["folder of the originals"] = str(journey.place.originals)
    return made
