"""House rules that no linter knows: each one says what it found, where, and what to do instead."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

MODULE_LINES = 420
PACKAGE = "hrd_desktop"
# The two files that must spell out what they forbid.
SELF = ("scripts/house_rules.py", "tests/unit/house/test_house_rules.py")

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError|for now|stub(?:bed)?)\b")
VAGUE_NAMES = re.compile(r"(^|_)(utils?|helpers?|manager|misc|common)$")
HOME_PATHS = re.compile(r"/home/\w+/|/Users/\w+/|[A-Z]:\\+Users\\")
REGISTRIES = re.compile(
    r"--(extra-)?index-url|https?://[^\s)\"']*/(simple|packages)/"
    r"|\b(pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org)"
)
BARE_IGNORE = re.compile(r"#\s*(noqa|type:\s*ignore)\b(?!(:\s*[A-Z]+\d+[\w, ]*|\[[\w, -]+\])\s+[#(—-]*\s*\w)")


@dataclass(frozen=True)
class File:
    """One file of the project: its path from the root, with forward slashes, and its text."""

    path: str
    text: str

    @property
    def in_package(self) -> bool:
        """Whether it is Python that users run."""
        return self.path.startswith(PACKAGE + "/") and self.path.endswith(".py")

    def lines_matching(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
        """Yield the number and the matching words of each line that matches."""
        for number, line in enumerate(self.text.splitlines(), 1):
            if found := pattern.search(line):
                yield number, found.group().strip()


Rule = Callable[[File], Iterator[str]]


def short_modules(file: File) -> Iterator[str]:
    """A module that has grown long usually does two things."""
    lines = file.text.count("\n")
    if file.in_package and lines > MODULE_LINES:
        yield f"{file.path}: {lines} lines; split it by reason (about 400 is the limit)"


def empty_package_files(file: File) -> Iterator[str]:
    """`__init__.py` holds a docstring: an import there is paid by every start, `panic` included."""
    if file.in_package and file.path.endswith("/__init__.py"):
        body = ast.parse(file.text).body
        if len(body) != 1 or not ast.get_docstring(ast.parse(file.text)):
            yield f"{file.path}: holds more or less than a docstring; move the code to a module of its own"


def silent_core(file: File) -> Iterator[str]:
    """Only the command line prints, and nothing logs: a log line may carry a name or a path."""
    if not file.in_package or file.path.startswith(f"{PACKAGE}/cli/"):
        return
    for node in ast.walk(ast.parse(file.text)):
        match node:
            case ast.Call(func=ast.Name(id="print")):
                yield f"{file.path}:{node.lineno}: prints; raise a typed error or report progress instead"
            case ast.Import(names=names) if any(name.name.split(".")[0] == "logging" for name in names):
                yield f"{file.path}:{node.lineno}: logs; raise a typed error instead"
            case ast.ImportFrom(module="logging"):
                yield f"{file.path}:{node.lineno}: logs; raise a typed error instead"


def finished(file: File) -> Iterator[str]:
    """Unfinished work is an entry in the tracker, not a word in the code."""
    if file.path.endswith((".py", ".sh", ".html", ".js")):
        for number, word in file.lines_matching(UNFINISHED):
            yield f"{file.path}:{number}: says {word!r}; finish it or leave it out"


def telling_names(file: File) -> Iterator[str]:
    """A module is named for what it does."""
    if file.in_package and VAGUE_NAMES.search(Path(file.path).stem):
        yield f"{file.path}: a name that says nothing; name it for what it does"


def no_machine_paths(file: File) -> Iterator[str]:
    """The project must not say where, or by whom, it was built."""
    if not file.path.startswith("tests/"):
        for number, found in file.lines_matching(HOME_PATHS):
            yield f"{file.path}:{number}: names a place on somebody's computer ({found})"
    for number, _ in file.lines_matching(re.compile(re.escape(str(ROOT)) + r"\b")):
        yield f"{file.path}:{number}: names the folder of this checkout"


def no_registries(file: File) -> Iterator[str]:
    """Where libraries come from is the builder's choice; hashes say which ones."""
    for number, found in file.lines_matching(REGISTRIES):
        yield f"{file.path}:{number}: names a package registry ({found})"


def reasoned_ignores(file: File) -> Iterator[str]:
    """Silencing a check needs its code and the reason: `# noqa: S603  # fixed arguments`."""
    if file.path.endswith(".py"):
        for number, found in file.lines_matching(BARE_IGNORE):
            yield f"{file.path}:{number}: {found!r} without its code and reason"


RULES: tuple[Rule, ...] = (
    short_modules,
    empty_package_files,
    silent_core,
    finished,
    telling_names,
    no_machine_paths,
    no_registries,
    reasoned_ignores,
)
ROOT = Path(__file__).resolve().parent.parent


def project_files(root: Path) -> Iterator[File]:
    """Yield every text file that is, or would be, committed."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=True,
    ).stdout
    for name in sorted(filter(None, names.decode().split("\0"))):
        path = root / name
        if name in SELF or path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            yield File(name, content.decode("utf-8", "replace"))


def findings(file: File) -> list[str]:
    """Everything that the rules have to say about one file."""
    return [finding for rule in RULES for finding in rule(file)]


def main() -> int:
    """Check the whole project; 1 when a rule has something to say."""
    found = [finding for file in project_files(ROOT) for finding in findings(file)]
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
