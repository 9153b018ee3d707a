"""Vectors of docs/spec/bundle.md: whole bundles, good ones and such with one fault."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from custody_vectors import disclose, event, jcs
from log_vectors import LOG, WITNESS, Key, checkpoint, proof, receipt, signer_line, ssh_signature
from vector_bytes import KIND_NOTE, Json, b64, sha256

Files = dict[str, bytes]
CONTENT = {1: ("jpg", b"\xff\xd8 not much of a picture"), 2: ("txt", "ناپدید شد\n".encode())}
WITHHELD = ("actor", "offset", "from", "to", "place", "note", "reason")


class Case:
    """A log of six events of two items, and of the log itself where it goes on under a new key."""

    def __init__(self, seed: str, *, continued: bool = False) -> None:
        self.key, self.old, self.witness = Key(seed, LOG), Key("old log", LOG), Key("witness", WITNESS)
        self.lines: dict[int, list[Json]] = {}
        self.places: dict[int, list[int]] = {}
        self.leaves: list[bytes] = []
        self._last: dict[int, str] = {}
        for item in (1, 2):
            self.add(
                item, "imported", size=len(CONTENT[item][1]), sha256_after=sha256(CONTENT[item][1]).hex()
            )
        self.add(1, "edited", changed="title")
        if continued:
            self.add(0, "continued", note=checkpoint(self.old, self.leaves), reason="restored")
        self.add(2, "verified")
        self.add(1, "exported", sha256_before=sha256(CONTENT[1][1]).hex(), sha256_after="cd" * 32)

    def add(self, item: int, action: str, **values: Any) -> None:
        sequence = len(self.leaves)
        told = {"sequence": sequence, "item": item, "action": action, "previous": self._last.get(item)}
        told |= {"time": f"2026-11-22T06:3{sequence}:00Z", "clock_back": "no", "restated": "no"}
        seed = f"{self.key.name} {sequence}"
        line = event(told | values, seed)
        shown = {name: disclose(name, (told | values).get(name), seed) for name in WITHHELD}
        hidden = set(shown.values()) if item else set()
        line["disclosures"] = [entry for entry in line["disclosures"] if entry not in hidden]
        self.lines.setdefault(item, []).append(line)
        self.places.setdefault(item, []).append(sequence)
        self.leaves.append(bytes.fromhex(line["leaf_hash"]))
        self._last[item] = line["leaf_hash"]

    def papers(
        self, countersigned: int | None = None, old: list[int] | None = None, *, apart: bool = False
    ) -> Files:
        """The files of data/custody; a witness signed at ``countersigned``, receipts went out at ``old``.

        ``apart`` gives each proof a file of its own, as version 2 did.
        """
        files: Files = {}
        size, times = len(self.leaves), [(self.witness, 1_795_000_000)]
        sizes = sorted({*(old or []), *([countersigned] if countersigned is not None else [])} - {size})
        notes = {}
        for entry in [*sizes, size]:
            part, signed = self.leaves[:entry], times if countersigned == entry else None
            text = receipt(self.key, part, sizes if entry == size else None, signed)
            files[f"receipt-{entry}.txt"] = text.encode()
            if entry in (size, countersigned):
                notes[entry] = checkpoint(self.key, part, signed)
        for item, lines in self.lines.items():
            files[f"{item:04d}.jsonl"] = "".join(jcs(line) + "\n" for line in lines).encode()
            for number, place in enumerate(self.places[item], 1):
                within = min(entry for entry in notes if entry > place)
                text = proof(place, self.leaves[:within], notes[within]).encode()
                if apart:
                    files[f"{item:04d}-{number:04d}.tlog-proof"] = text
                else:
                    name = f"{item:04d}.tlog-proofs"
                    files[name] = files.get(name, b"") + text
        return {f"data/custody/{name}": content for name, content in files.items()}

    def payload(self, **options: Any) -> Files:
        files = self.papers(**options)
        files["data/index.html"] = b"<!DOCTYPE html><title>List</title>"
        files["data/index.csv"] = b'\xef\xbb\xbf"exhibit"\r\n'
        for item, (extension, content) in CONTENT.items():
            files[f"data/items/{item:04d}/original.{extension}"] = content
        return files


def manifest(files: Mapping[str, bytes], algorithm: str) -> bytes:
    lines = (f"{hashlib.new(algorithm, data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return "".join(lines).encode()


def seal(payload: Mapping[str, bytes], key: Key, **signing: str) -> Files:
    """A whole bundle: manifests over ``payload``, and the signature."""
    oxum = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}\n"
    tags: Files = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": oxum.encode(),
        "manifest-sha256.txt": manifest(payload, "sha256"),
        "manifest-sha512.txt": manifest(payload, "sha512"),
    }
    lists = {f"tagmanifest-{name}.txt": manifest(tags, name) for name in ("sha256", "sha512")}
    signature = ssh_signature(key, lists["tagmanifest-sha512.txt"], **signing)
    beside = {
        "README.txt": b"Read me.\n",
        "signer.pub": signer_line(key).encode(),
        "bag.sig": signature.encode(),
    }
    return {**beside, **{f"bag/{name}": data for name, data in {**tags, **lists, **payload}.items()}}


def render(files: Mapping[str, bytes | None]) -> Json:
    texts: Json = {}
    for name, data in sorted(files.items()):
        if data is None:
            texts[name] = None
            continue
        try:
            texts[name] = {"text": data.decode()}
        except UnicodeDecodeError:
            texts[name] = {"base64": base64.b64encode(data).decode()}
    return texts


def sealed() -> Json:
    case, stranger = Case("log"), Key("other log", LOG)
    good = case.payload(countersigned=3, old=[2])
    whole = seal(good, case.key)
    vectors: list[Json] = []

    def add(note: str, files: Mapping[str, bytes], **fault: str) -> None:
        differing: dict[str, bytes | None] = {
            name: data for name, data in files.items() if not vectors or whole.get(name) != data
        }
        differing |= dict.fromkeys(whole.keys() - files.keys())
        vectors.append({"note": note, "files": render(differing)} | fault)

    def raw(note: str, change: Callable[[Files], object], kind: str, where: str, detail: str = "") -> None:
        """Somebody without the key changed the finished bundle."""
        files = dict(whole)
        change(files)
        assert files != whole, note
        add(note, files, kind=kind, path=where, detail=detail)

    def remade(note: str, change: Callable[[Files], object], kind: str, where: str, detail: str = "") -> None:
        """The holder of the key made the bundle so."""
        payload = dict(good)
        change(payload)
        assert payload != good, note
        add(note, seal(payload, case.key), kind=kind, path=where, detail=detail)

    add("good: countersigned at three events, checkable from two", whole)
    add("good: never countersigned", seal(Case("log").payload(), case.key))
    add("good: countersigned whole", seal(Case("log").payload(countersigned=5), case.key))
    follower = Case("log", continued=True)
    add("good: goes on under a new key", seal(follower.payload(old=[3]), follower.key))
    add("good: with a request for a timestamp", {**whole, "timestamp.tsq": request(whole)})
    stale = {**whole, "timestamp.tsq": request(seal(Case("log").payload(), case.key))}
    add("a request over other content", stale, kind="timestamp", path="timestamp.tsq", detail="request")

    item = "bag/data/items/0001/original.jpg"
    proof_file = "bag/data/custody/0001.tlog-proofs"
    raw("one byte of an item", lambda f: f.update({item: flip(f[item])}), "file-changed", item, "sha256")
    raw(
        "a proof altered",
        lambda f: f.update({proof_file: f[proof_file][:-2] + b"A\n"}),
        "file-changed",
        proof_file,
    )
    raw("a file added", lambda f: f.update({"bag/data/x.txt": b"x"}), "file-unlisted", "bag/data/x.txt")
    raw("a file missing", lambda f: f.pop(item), "file-missing", "data/items/0001/original.jpg")
    raw("no signature", lambda f: f.pop("bag.sig"), "signature-missing", "bag.sig")
    raw("no key", lambda f: f.pop("signer.pub"), "signature-missing", "signer.pub")
    other = signer_line(stranger).encode()
    raw("another key", lambda f: f.update({"signer.pub": other}), "signature", "bag.sig", "other-key")
    bag_sig = whole["bag.sig"]
    cut = bag_sig.replace(b"SSH SIGNATURE", b"SSH SIGNATURES")
    raw("the armour", lambda f: f.update({"bag.sig": cut}), "signature-form", "bag.sig", "armor")
    for_mail = ssh_signature(case.key, whole["bag/tagmanifest-sha512.txt"], namespace="email").encode()
    raw("for e-mail", lambda f: f.update({"bag.sig": for_mail}), "signature-form", "bag.sig", "namespace")
    elsewhere = ssh_signature(case.key, b"something else").encode()
    raw("over something else", lambda f: f.update({"bag.sig": elsewhere}), "signature", "bag.sig", "mismatch")
    add(
        "everything remade and signed with another key, custody left as it was",
        seal(good, stranger),
        kind="receipt",
        path="bag/data/custody/receipt-2.txt",
        detail="key",
    )
    forger = Case("other log")
    add("everything remade, custody too: sound, and by another key", seal(forger.payload(), forger.key))

    head, early = "data/custody/receipt-5.txt", "data/custody/receipt-3.txt"
    inner = "data/custody/0001.tlog-proofs"

    def second(text: bytes) -> bytes:
        """The proofs of item 1 with another one in the place of the second."""
        first, _, *rest = proofs_of(good[inner])
        return b"".join([first, text, *rest])

    every = [head, early, "data/custody/receipt-2.txt"]
    remade("no receipts", lambda p: [p.pop(name) for name in every], "receipt", "", "missing")
    remade(
        "a receipt of another name",
        lambda p: p.update({"data/custody/receipt-4.txt": p.pop(early)}),
        "receipt",
        "bag/data/custody/receipt-4.txt",
        "size",
    )
    plain = receipt(case.key, case.leaves, [2]).encode()
    surplus = receipt(case.key, case.leaves, [1, 2, 3]).encode()
    remade(
        "the head with a block too many",
        lambda p: p.update({head: surplus}),
        "consistency",
        f"bag/{head}",
        "extra",
    )
    remade(
        "the head without the block of the other",
        lambda p: p.update({head: plain}),
        "consistency",
        f"bag/{early}",
        "missing",
    )
    liar = Case("log")
    liar.leaves = [*case.leaves[:2], sha256(b"another")]
    split = receipt(case.key, liar.leaves, None, [(case.witness, 1_795_000_000)])
    remade(
        "two logs under one key",
        lambda p: p.update({early: split.encode()}),
        "consistency",
        f"bag/{early}",
        "mismatch",
    )
    note = checkpoint(case.key, case.leaves)
    twisted = proof(3, case.leaves, note).encode()
    remade(
        "the proof of another event",
        lambda p: p.update({inner: second(twisted)}),
        "proof",
        f"bag/{inner}",
        "index",
    )
    text = proofs_of(good[inner])[1].decode().split("\n")
    text[2] = b64(sha256(b"no such node"))
    remade(
        "a hash in a proof",
        lambda p: p.update({inner: second("\n".join(text).encode())}),
        "proof",
        f"bag/{inner}",
        "root",
    )
    unknown = proof(2, case.leaves[:4], checkpoint(case.key, case.leaves[:4])).encode()
    remade(
        "a checkpoint that no receipt has",
        lambda p: p.update({inner: second(unknown)}),
        "proof",
        f"bag/{inner}",
        "checkpoint",
    )
    history = "bag/data/custody/0001.jsonl"
    remade("no proofs of an item", lambda p: p.pop(inner), "proof-missing", history, "1")
    last = b"".join(proofs_of(good[inner])[:-1])
    remade("a proof missing at the end", lambda p: p.update({inner: last}), "proof-missing", history, "3")
    longer = good[inner] + proofs_of(good[inner])[-1]
    remade("a proof too many", lambda p: p.update({inner: longer}), "proof-extra", f"bag/{inner}")
    spoiled = b"x\n" + good[inner]
    remade(
        "a line before the first proof", lambda p: p.update({inner: spoiled}), "proof", f"bag/{inner}", "form"
    )
    nobody = "data/custody/0009.tlog-proofs"
    remade("proofs of nothing", lambda p: p.update({nobody: good[inner]}), "proof-extra", f"bag/{nobody}")
    apart = case.payload(countersigned=3, old=[2], apart=True)
    add("good: version 2, each proof in a file of its own", seal(apart, case.key))
    alone, extra = "data/custody/0001-0002.tlog-proof", "data/custody/0001-0009.tlog-proof"
    for note, change, kind, where, detail in (
        ("a proof missing", lambda p: p.pop(alone), "proof-missing", history, "2"),
        ("a proof too many", lambda p: p.update({extra: p[alone]}), "proof-extra", f"bag/{extra}", ""),
        ("another's proof", lambda p: p.update({alone: twisted}), "proof", f"bag/{alone}", "index"),
    ):
        files = dict(apart)
        change(files)
        add(f"version 2: {note}", seal(files, case.key), kind=kind, path=where, detail=detail)
    both = {**good, alone: apart[alone]}
    add("proofs together and apart", seal(both, case.key), kind="proof-extra", path=f"bag/{alone}", detail="")
    remade(
        "an item without events",
        lambda p: [p.pop(name) for name in list(p) if name.startswith("data/custody/0002")],
        "custody-missing",
        "bag/data/items/0002/original.txt",
    )
    remade(
        "another file under an item's number",
        lambda p: p.update({"data/items/0001/original.jpg": b"other"}),
        "event-content",
        "bag/data/items/0001/original.jpg",
        "1",
    )
    false_time = good[early].decode().rstrip("\n").rsplit(" ", 1)[1]
    mark = base64.b64decode(false_time)
    later = b64(mark[:11] + bytes([mark[11] ^ 1]) + mark[12:])
    remade(
        "a cosignature's time",
        lambda p: [
            p.update({name: p[name].replace(false_time.encode(), later.encode())})
            for name in [*p]
            if false_time.encode() in p[name]
        ],
        "cosignature",
        f"bag/{early}",
        case.witness.short,
    )
    return {
        "_format": "bundle.md and custody.md. 'files' of the first vector is a whole bundle by path, each"
        " as 'text' (UTF-8) or 'base64'; of the others, what differs from it, null for what is not there."
        " 'path' and 'detail' are those of the first fault; others may follow from it where the bundle"
        " was changed without the key. " + KIND_NOTE,
        "key_name": case.key.short,
        "witness_key_name": case.witness.short,
        "vectors": vectors,
    }


def proofs_of(content: bytes) -> list[bytes]:
    head = b"c2sp.org/tlog-proof@v1\n"
    return [head + piece for piece in content.split(head)[1:]]


def flip(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


def request(files: Mapping[str, bytes]) -> bytes:
    """TimeStampReq of RFC 3161, in DER, over tagmanifest-sha512.txt."""
    digest = hashlib.sha512(files["bag/tagmanifest-sha512.txt"]).digest()
    sha512 = bytes.fromhex("300d060960864801650304020305 00".replace(" ", ""))
    imprint = sha512 + b"\x04\x40" + digest
    inner = b"\x02\x01\x01" + b"\x30" + bytes([len(imprint)]) + imprint
    inner += b"\x02\x08" + b"\x11" * 8 + b"\x01\x01\xff"
    return b"\x30" + bytes([len(inner)]) + inner
