"""What makes a bag complete and unchanged, judged from what was taken in; source RFC 8493."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hrd_desktop.bundle.intake import DIGEST_CHARACTERS, STRONG_DIGESTS, TakenFile
from hrd_desktop.bundle.manifests import (
    Declaration,
    Manifest,
    read_bag_info,
    read_declaration,
    read_manifest,
)
from hrd_desktop.bundle.paths import composed
from hrd_desktop.bundle.plain_text import escape_path
from hrd_desktop.domain.bundle_report import Fault, FaultKind

_MANIFEST = re.compile(r"(tag)?manifest-([A-Za-z0-9-]+)\.txt")
_OXUM = re.compile(r"([0-9]{1,20})\.([0-9]{1,20})")
_ITEM = re.compile(r"data/items/[0-9]{4,}/original\.[a-z0-9]{1,8}")
# What a bundle of this program may hold beside its bag; see docs/spec/bundle.md.
_BESIDE = frozenset({"README.txt", "check.html", "signer.pub", "bag.sig", "timestamp.tsq", "timestamp.tsr"})


@dataclass
class BagFindings:
    """The judgement of one bag at ``root``. Under ``algorithms`` all payload was found unchanged."""

    own_layout: bool = False
    root: str = ""
    version: str = ""
    payload_files: int = 0
    payload_bytes: int = 0
    items: int = 0
    algorithms: tuple[str, ...] = ()
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)


def needed_algorithms(files: Mapping[str, TakenFile]) -> set[str]:
    """The algorithms of all manifests among ``files`` whose digests can be computed."""
    names = {_MANIFEST.fullmatch(path.rpartition("/")[2]) for path in files}
    return {match[2].lower() for match in names if match is not None} & set(DIGEST_CHARACTERS)


def judge_bag(files: Mapping[str, TakenFile], *, is_folder: bool) -> BagFindings:
    """Judge the bag among ``files``, whose digests hold every algorithm of ``needed_algorithms``."""
    root = _find_root(files, is_folder=is_folder)
    if root is None:
        return BagFindings(faults=[Fault(FaultKind.BAG_MISSING)])
    return _Bag(files, root, is_folder=is_folder).judge()


def _find_root(files: Mapping[str, TakenFile], *, is_folder: bool) -> str | None:
    """The bag's prefix: the folder itself or ``bag/`` in it; in a zip file one folder down."""
    roots = [path.removesuffix("bagit.txt") for path in files if re.search(r"(?:\A|/)bagit\.txt\Z", path)]
    depth = 0 if is_folder else 1
    allowed = [
        root
        for root in roots
        if root.count("/") == depth or (root.count("/") == depth + 1 and root.split("/")[-2] == "bag")
    ]
    return min(allowed, key=lambda root: (root.count("/"), root), default=None)


class _Bag:
    """One bag under judgement."""

    def __init__(self, files: Mapping[str, TakenFile], root: str, *, is_folder: bool) -> None:
        self._root = root
        self._files = {path.removeprefix(root): file for path, file in files.items() if path.startswith(root)}
        self._outside = [path for path in files if not path.startswith(root)]
        self._payload = {path: file for path, file in self._files.items() if path.startswith("data/")}
        self._by_composed = {composed(path): path for path in self._files}
        self._found = BagFindings()
        outer = root.removesuffix("bag/")
        self._found.own_layout = root.endswith("bag/") and outer.count("/") == (0 if is_folder else 1)
        self._outer = outer
        self._found.root = root

    def judge(self) -> BagFindings:
        found = self._found
        found.payload_files = len(self._payload)
        found.payload_bytes = sum(file.size_bytes for file in self._payload.values())
        found.items = sum(1 for path in self._payload if _ITEM.fullmatch(path))
        self._check_outside()
        if "fetch.txt" in self._files:
            self._fault(FaultKind.FETCH, "fetch.txt")
        declaration = self._read_declaration()
        if declaration is None:
            return found
        found.version = declaration.version
        manifests = self._read_manifests(declaration)
        self._check_bag_info(declaration)
        self._check_payload(declaration, manifests)
        self._check_tags(manifests)
        return found

    def _fault(self, kind: FaultKind, path: str = "", detail: str = "") -> None:
        self._found.faults.append(Fault(kind, escape_path(self._root + path), detail))

    def _check_outside(self) -> None:
        for path in self._outside:
            beside = path.removeprefix(self._outer)
            if not (self._found.own_layout and path.startswith(self._outer) and beside in _BESIDE):
                self._found.faults.append(Fault(FaultKind.OUTSIDE_BAG, escape_path(path)))

    def _content(self, path: str) -> bytes | None:
        file = self._files.get(path)
        if file is None:
            return None
        if file.content is None:
            self._fault(FaultKind.LIMIT_TAG_FILE, path)
        return file.content

    def _read_declaration(self) -> Declaration | None:
        content = self._content("bagit.txt")
        if content is None:
            return None
        return read_declaration(content, escape_path(self._root + "bagit.txt"), self._found.faults)

    def _read_manifests(self, declaration: Declaration) -> dict[tuple[bool, str], Manifest]:
        """Manifests by (is a tag manifest, algorithm)."""
        manifests: dict[tuple[bool, str], Manifest] = {}
        for path in sorted(self._files):
            match = _MANIFEST.fullmatch(path)
            content = self._content(path) if match else None
            if match is None or content is None:
                continue
            algorithm = match[2].lower()
            shown = escape_path(self._root + path)
            if algorithm not in DIGEST_CHARACTERS:
                self._found.remarks.append(Fault(FaultKind.MANIFEST_ALGORITHM, shown))
            manifests[match[1] is not None, algorithm] = read_manifest(
                content, shown, algorithm, declaration, self._found.faults
            )
        return manifests

    def _check_bag_info(self, declaration: Declaration) -> None:
        content = self._content("bag-info.txt")
        if content is None:
            return
        pairs = read_bag_info(
            content, escape_path(self._root + "bag-info.txt"), declaration, self._found.faults
        )
        # Labels are compared without regard to case (section 2.2.2).
        told = [value for label, value in pairs if label.lower() == "payload-oxum"]
        if len(told) > 1:
            self._fault(FaultKind.OXUM, "bag-info.txt", "repeated")
        for value in told[:1]:
            match = _OXUM.fullmatch(value)
            if match is None:
                self._fault(FaultKind.OXUM, "bag-info.txt", "form")
            elif int(match[1]) != self._found.payload_bytes:
                self._fault(FaultKind.OXUM, "bag-info.txt", "bytes")
            elif int(match[2]) != self._found.payload_files:
                self._fault(FaultKind.OXUM, "bag-info.txt", "files")

    def _check_payload(
        self, declaration: Declaration, manifests: Mapping[tuple[bool, str], Manifest]
    ) -> None:
        payload_manifests = [manifest for (is_tag, _), manifest in manifests.items() if not is_tag]
        if not payload_manifests:
            self._fault(FaultKind.MANIFEST_MISSING)
            return
        strong = [manifest for manifest in payload_manifests if manifest.algorithm in STRONG_DIGESTS]
        if not strong:
            self._fault(FaultKind.MANIFEST_WEAK)
        whole: list[str] = []
        for manifest in payload_manifests:
            before = len(self._found.faults)
            self._compare(manifest, in_payload=True)
            # 1.0 wants every payload file in every manifest; 0.97 in at least one, for us a strong one.
            if declaration.version == "1.0":
                self._check_listed({*manifest.digests}, manifest.path)
            complete = all(composed(path) in manifest.digests for path in self._payload)
            computed = manifest.algorithm in DIGEST_CHARACTERS
            if complete and computed and len(self._found.faults) == before:
                whole.append(manifest.algorithm)
        if declaration.version != "1.0" and strong:
            self._check_listed(set().union(*(manifest.digests for manifest in strong)), "")
        if self._found.own_layout and {manifest.algorithm for manifest in strong} != set(STRONG_DIGESTS):
            self._fault(FaultKind.MANIFEST_MISSING, detail="own")
        self._found.algorithms = tuple(sorted(whole))

    def _check_listed(self, listed: set[str], where: str) -> None:
        for path in self._payload:
            if composed(path) not in listed:
                self._fault(FaultKind.FILE_UNLISTED, path, where.rpartition("/")[2])

    def _check_tags(self, manifests: Mapping[tuple[bool, str], Manifest]) -> None:
        tag_manifests = [manifest for (is_tag, _), manifest in manifests.items() if is_tag]
        for manifest in tag_manifests:
            self._compare(manifest, in_payload=False)
        strong = [manifest for manifest in tag_manifests if manifest.algorithm in STRONG_DIGESTS]
        if self._found.own_layout and {manifest.algorithm for manifest in strong} != set(STRONG_DIGESTS):
            self._fault(FaultKind.MANIFEST_MISSING, detail="own-tag")
        target = self._found.faults if self._found.own_layout else self._found.remarks
        for path in self._files:
            match = _MANIFEST.fullmatch(path)
            if path.startswith("data/") or (match is not None and match[1]):
                continue
            if not any(composed(path) in manifest.digests for manifest in strong):
                target.append(Fault(FaultKind.TAG_FILE_UNLISTED, escape_path(self._root + path)))

    def _compare(self, manifest: Manifest, *, in_payload: bool) -> None:
        where = manifest.path.rpartition("/")[2]
        for listed, digest in manifest.digests.items():
            if listed.startswith("data/") is not in_payload:
                self._fault(FaultKind.MANIFEST_PATH, listed, where)
                continue
            path = self._by_composed.get(listed)
            if path is None:
                self._fault(FaultKind.FILE_MISSING, listed, where)
                continue
            actual = self._files[path].digests.get(manifest.algorithm)
            if actual is not None and actual != digest:
                self._fault(FaultKind.FILE_CHANGED, path, manifest.algorithm)
