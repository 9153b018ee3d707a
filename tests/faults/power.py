"""What a disk may hold after the power went: the states that POSIX allows, from a recording of all calls.

``record`` runs a command under strace with the full data of every call. ``Recording`` turns the calls into
effects on the disk, each on a file's bytes or on a folder's names. At any moment an effect is *kept for sure*
when a sync that covers it (of this file, this folder, or the file system) began after it had ended and has
itself ended; every other effect that has begun may be there, or not, or of a write any of its sectors of 512
bytes, whatever became of those before it. The length of a file may be there without the bytes: then they are
zeros, or what lay there before. One rename is whole or not done, as every file system with a journal has it.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.harness import Place, Scenario

SECTOR = 512
#: More than any call here writes at once.
ALL_DATA = str(32 << 20)

_BEGUN = re.compile(r"^(?P<thread>\d+) +(?P<name>\w+)\((?P<rest>.*)$")
_RESUMED = re.compile(r"^(?P<thread>\d+) +<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)$")
_UNFINISHED = " <unfinished ...>"
_RESULT = re.compile(r"(-?\d+)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FD = re.compile(r"^(\d+)(?:<((?:\\x[0-9a-f]{2})*)>)?(\(deleted\))?")


@dataclass(frozen=True)
class Effect:
    """One change on the disk. ``begun`` and ``ended`` are lines of the recording.

    ``node`` is the file whose bytes change, or what a name leads to. ``folders`` are those whose sync keeps a
    change of names; they are empty for a change of bytes.
    """

    number: int
    begun: int
    ended: int
    what: str
    node: int
    offset: int = 0
    data: bytes = b""
    folders: tuple[int, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sync:
    """A sync of ``node``, or of everything when that is None."""

    begun: int
    ended: int
    node: int | None
    path: str


@dataclass(frozen=True)
class State:
    """What lies under the place after the power came back: files, folders, and when it went."""

    moment: int
    files: Mapping[str, bytes]
    folders: frozenset[str]
    words: str

    def fingerprint(self) -> bytes:
        """The same for the same bytes under the same names."""
        digest = hashlib.blake2b(digest_size=16)
        for name, data in sorted(self.files.items()):
            digest.update(f"{name}\0{len(data)}\0".encode())
            digest.update(data)
        digest.update("\0".join(sorted(self.folders)).encode())
        return digest.digest()


@dataclass
class Call:
    """A call as strace tells it."""

    name: str
    rest: str
    begun: int
    ended: int
    result: int


def read_calls(log: Path) -> Iterator[Call]:
    """Every call that did not fail, in the order in which they ended."""
    open_calls: dict[str, Call] = {}
    with log.open(encoding="ascii", errors="replace") as lines:
        for number, line in enumerate(lines):
            if found := _RESUMED.match(line):
                call = open_calls.pop(found["thread"], None)
                if call is None:
                    continue
                # What another thread did in between stands between the two halves of the one line.
                rest = call.rest = call.rest + found["rest"]
                call.ended = number
            elif found := _BEGUN.match(line):
                call, rest = Call(found["name"], found["rest"], number, number, 0), found["rest"]
                if rest.endswith(_UNFINISHED):
                    call.rest = rest.removesuffix(_UNFINISHED)
                    open_calls[found["thread"]] = call
                    continue
            else:
                continue
            result = _RESULT.match(rest.rpartition(" = ")[2])
            if result is not None and int(result[1]) >= 0:
                call.result = int(result[1])
                yield call


def _unquoted(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


@dataclass
class Recording:
    """All effects and syncs of one command on the files under ``root``, and what was there before."""

    root: str
    before: dict[str, bytes]
    effects: list[Effect] = field(default_factory=list)
    syncs: list[Sync] = field(default_factory=list)
    end: int = 0
    #: The line at which the command first said something on standard output, or its end.
    said: int = 0

    def __post_init__(self) -> None:
        self._entries: dict[tuple[int, str], int] = {}
        self._folders = {0}
        self._base: dict[int, bytes] = {}
        self._next = 1
        self._lengths: dict[int, int] = {}
        self._made: dict[tuple[int, object], bytes] = {}

    # -- from calls to effects ------------------------------------------------------------------

    def start(self, folders: Iterable[str]) -> None:
        """Take in what lay on the disk at the beginning."""
        for folder in sorted(folders):
            parent, name = self._parent(folder)
            self._entries[parent, name] = self._new(folder=True)
        for path, data in self.before.items():
            node = self._new()
            self._entries[self._parent(path)] = node
            self._base[node] = data
            self._lengths[node] = len(data)
        self._first = dict(self._entries)

    def _new(self, *, folder: bool = False) -> int:
        node, self._next = self._next, self._next + 1
        if folder:
            self._folders.add(node)
        return node

    def _find(self, path: str) -> int | None:
        node: int | None = 0
        for name in path.split("/") if path else ():
            node = self._entries.get((node, name)) if node is not None else None
        return node

    def _parent(self, path: str) -> tuple[int, str]:
        folder, _, name = path.rpartition("/")
        node = self._find(folder)
        assert node is not None, path
        return node, name

    def _inside(self, path: bytes) -> str | None:
        text = path.decode("utf-8", "surrogateescape")
        if text != self.root and not text.startswith(self.root + "/"):
            return None
        return text[len(self.root) :].lstrip("/")

    def take(self, call: Call) -> None:
        """One more call."""
        self.end = call.ended
        strings = [_unquoted(text) for text in _STRING.findall(call.rest)] if call.name != "pwrite64" else []
        fd = _FD.match(call.rest)
        if call.name in ("pwrite64", "write", "ftruncate", "fsync", "fdatasync", "syncfs"):
            assert fd is not None, call.rest[:80]
            name = _unquoted(fd[2] or "")
            # The command's own output, and not what a child of it answers through a pipe.
            if call.name == "write" and fd[1] == "1" and b"memfd:out" in name and not self.said:
                self.said = call.ended
            path = self._inside(name)
            if path is None or fd[3]:
                return
            if call.name == "syncfs":
                self.syncs.append(Sync(call.begun, call.ended, None, path))
                return
            node = self._find(path)
            assert node is not None, path
            if call.name in ("fsync", "fdatasync"):
                self.syncs.append(Sync(call.begun, call.ended, node, path))
            elif call.name == "ftruncate":
                length = int(call.rest.split(", ")[1].split(")")[0])
                self._bytes(call, "length", node, length, b"")
            else:
                assert call.name == "pwrite64", "a write at the file's own position"
                quoted = _STRING.search(call.rest)
                assert quoted is not None
                data = _unquoted(quoted[1])
                offset = int(call.rest[quoted.end() :].split(", ")[2].split(")")[0])
                assert len(data) >= call.result
                self._bytes(call, "write", node, offset, data[: call.result])
            return
        paths = [self._inside(text) for text in strings]
        if not paths or None in paths:
            return
        self._names(call, [path for path in paths if path is not None])

    def _bytes(self, call: Call, what: str, node: int, offset: int, data: bytes) -> None:
        self.effects.append(Effect(len(self.effects), call.begun, call.ended, what, node, offset, data))
        self._lengths[node] = (
            offset if what == "length" else max(self._lengths.get(node, 0), offset + len(data))
        )

    def _names(self, call: Call, paths: list[str]) -> None:
        parent, name = self._parent(paths[0])
        node = self._find(paths[0])
        if call.name == "openat":
            if node is None and "O_CREAT" in call.rest:
                self._named(call, "name", self._new(), (parent,), (name,))
            assert "O_TRUNC" not in call.rest, "cut while it is opened"
        elif call.name == "mkdir":
            self._named(call, "name", self._new(folder=True), (parent,), (name,))
        elif call.name in ("unlink", "rmdir"):
            assert node is not None, paths
            self._named(call, "unname", node, (parent,), (name,))
        elif call.name == "rename":
            assert node is not None, paths
            to, new = self._parent(paths[1])
            self._named(call, "move", node, (parent, to), (name, new))
        else:
            raise AssertionError(f"{call.name} is not known here")

    def _named(
        self, call: Call, what: str, node: int, folders: tuple[int, ...], names: tuple[str, ...]
    ) -> None:
        effect = Effect(len(self.effects), call.begun, call.ended, what, node, 0, b"", folders, names)
        self.effects.append(effect)
        _rename(self._entries, effect)

    # -- from effects to states -----------------------------------------------------------------

    def kept_for_sure(self, effect: Effect, moment: int) -> bool:
        """Whether a sync covers it by then."""
        after = [sync for sync in self.syncs if sync.begun > effect.ended and sync.ended <= moment]
        if any(sync.node is None for sync in after):
            return True
        synced = {sync.node for sync in after}
        return synced.issuperset(effect.folders or (effect.node,))

    def at(self, moment: int) -> tuple[list[Effect], list[Effect]]:
        """What is kept for sure, and what may be there, when the power goes after this line."""
        begun = [effect for effect in self.effects if effect.begun <= moment]
        sure = [effect for effect in begun if self.kept_for_sure(effect, moment)]
        known = {effect.number for effect in sure}
        return sure, [effect for effect in begun if effect.number not in known]

    def moments(self) -> list[int]:
        """Every line where something new may be lost, or no longer can be."""
        lines = {effect.ended for effect in self.effects}
        lines |= {sync.ended for sync in self.syncs} | {sync.begun for sync in self.syncs}
        return sorted(lines | {self.end, max(self.said, 1)})

    def state(self, moment: int, sure: list[Effect], kept: Mapping[int, object], words: str) -> State:
        """The disk with these effects: those for sure, and of the others those in ``kept`` by number.

        A value says what of a write is there: None for all of it, ``length`` or ``garbage`` for its length
        alone, or the set of its sectors.
        """
        chosen = sorted(
            [*((effect, None) for effect in sure), *((self.effects[n], how) for n, how in kept.items())],
            key=lambda pair: pair[0].number,
        )
        entries = dict(self._first)
        of_node: dict[int, list[tuple[Effect, object]]] = {}
        for effect, how in chosen:
            if effect.folders:
                _rename(entries, effect)
            else:
                of_node.setdefault(effect.node, []).append((effect, how))
        files: dict[str, bytes] = {}
        folders: set[str] = set()
        below: dict[int, list[tuple[str, int]]] = {}
        for (parent, name), node in entries.items():
            below.setdefault(parent, []).append((name, node))
        waiting = [("", 0)]
        while waiting:
            path, folder = waiting.pop()
            for name, node in below.get(folder, ()):
                inside = f"{path}/{name}" if path else name
                if node in self._folders:
                    folders.add(inside)
                    waiting.append((inside, node))
                else:
                    files[inside] = self._content(node, of_node.get(node, []))
        return State(moment, files, frozenset(folders), words)

    def _content(self, node: int, changes: list[tuple[Effect, object]]) -> bytes:
        key = node, tuple((effect.number, how) for effect, how in changes)
        known = self._made.get(key)
        if known is None:
            data = bytearray(self._base.get(node, b""))
            for effect, how in changes:
                _apply(data, effect, how)
            known = bytes(data)
            if len(self._made) > 400:
                self._made.clear()
            self._made[key] = known
        return known


def _rename(entries: dict[tuple[int, str], int], effect: Effect) -> None:
    places = list(zip(effect.folders, effect.names, strict=True))
    if effect.what == "unname":
        entries.pop(places[0], None)
        return
    if effect.what == "move":
        entries.pop(places[0], None)
    entries[places[-1]] = effect.node


def _apply(data: bytearray, effect: Effect, how: object) -> None:
    if effect.what == "length":
        del data[effect.offset :]
        data.extend(bytes(effect.offset - len(data)))
        return
    end = effect.offset + len(effect.data)
    old = len(data)
    data.extend(bytes(max(0, end - old)))
    if how is None:
        data[effect.offset : end] = effect.data
    elif how == "garbage":
        data[old:] = hashlib.shake_256(f"{effect.number}".encode()).digest(len(data) - old)
    elif isinstance(how, frozenset):
        for sector in how:
            begin = max(effect.offset, sector * SECTOR)
            stop = min(end, (sector + 1) * SECTOR)
            data[begin:stop] = effect.data[begin - effect.offset : stop - effect.offset]


def sectors_of(effect: Effect) -> list[int]:
    """The sectors that a write touches."""
    if effect.what != "write" or not effect.data:
        return []
    return list(range(effect.offset // SECTOR, (effect.offset + len(effect.data) - 1) // SECTOR + 1))


def record(scenario: Scenario, start: Place, folder: Path) -> Recording:
    """Run a scenario on a copy of ``start`` at ``folder`` and write down every call with its data."""
    place = start.copy_to(folder)
    before = {place.inside(str(path)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    folders = [place.inside(str(path)) for path in folder.rglob("*") if path.is_dir()]
    outcome, log = place.traced(scenario.name, scenario.command(place), ["-y", "-xx", "-s", ALL_DATA])
    assert outcome.code == 0, outcome.err
    recording = Recording(str(folder), before)
    recording.start(folders)
    for call in read_calls(log):
        recording.take(call)
    recording.said = recording.said or recording.end
    log.unlink()
    # What the recording says is there at the end is there: nothing was missed.
    last = recording.state(recording.end, recording.effects, {}, "everything")
    there = {place.inside(str(path)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert last.files == there, sorted(set(last.files) ^ set(there)) or [
        name for name in there if there[name] != last.files[name]
    ]
    place.remove()
    return recording


# -- choosing ---------------------------------------------------------------------------------------


def states(recording: Recording, seed: str, count: int) -> Iterator[State]:
    """``count`` different states: around every sync in a fixed way, then at random from ``seed``."""
    seen: set[bytes] = set()
    chance = random.Random(seed)
    for state in _systematic(recording, chance, max(1, count // 2)):
        mark = state.fingerprint()
        if mark not in seen:
            seen.add(mark)
            yield state
    moments = recording.moments()
    for _ in range(20 * count):
        if len(seen) >= count:
            return
        state = _random(recording, chance, chance.choice(moments))
        mark = state.fingerprint()
        if mark not in seen:
            seen.add(mark)
            yield state


def _systematic(recording: Recording, chance: random.Random, count: int) -> Iterator[State]:
    """Before and after each sync: nothing but what is sure, everything, and one alone or missing.

    At most ``count``, spread over the whole run.
    """
    choices: list[tuple[int, str, dict[int, object]]] = []
    for moment in sorted({line for sync in recording.syncs for line in (sync.begun, sync.ended)}):
        numbers = [effect.number for effect in recording.at(moment)[1]]
        choices += [(moment, "none", {}), (moment, "all", dict.fromkeys(numbers))]
        for number in chance.sample(numbers, min(3, len(numbers))):
            choices.append((moment, f"only {number}", {number: None}))
            choices.append((moment, f"all but {number}", {n: None for n in numbers if n != number}))
    if len(choices) > count:
        choices = [choices[i * len(choices) // count] for i in range(count)]
    numbers = [effect.number for effect in recording.at(recording.said)[1]]
    choices += [(recording.said, "none", {}), (recording.said, "all", dict.fromkeys(numbers))]
    for moment, words, kept in choices:
        yield recording.state(moment, recording.at(moment)[0], kept, f"{words} at {moment}")


def _random(recording: Recording, chance: random.Random, moment: int) -> State:
    sure, maybe = recording.at(moment)
    share = chance.choice((0.1, 0.5, 0.9))
    kept: dict[int, object] = {}
    for effect in maybe:
        sectors = sectors_of(effect)
        if chance.random() < share:
            torn = len(sectors) > 1 and chance.random() < 0.4
            kept[effect.number] = _torn(sectors, chance) if torn else None
        elif sectors and chance.random() < 0.3:
            kept[effect.number] = chance.choice(("length", "length", "garbage"))
    return recording.state(moment, sure, kept, f"{kept} at {moment}")


def _torn(sectors: list[int], chance: random.Random) -> frozenset[int]:
    cut = chance.randrange(1, len(sectors))
    way = chance.randrange(3)
    if way == 0:
        return frozenset(sectors[:cut])
    if way == 1:
        return frozenset(sectors[cut:])
    return frozenset(sector for sector in sectors if chance.random() < 0.5)
