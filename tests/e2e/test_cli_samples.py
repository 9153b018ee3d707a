"""Real photographs, documents, sound and video: in byte for byte, found, out again, and verified."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.cli import Place, files_under, sha256


def test_every_sample_goes_the_whole_way(place: Place, samples_dir: Path) -> None:
    digests: dict[str, list[Path]] = {}
    for path in files_under(samples_dir):
        digests.setdefault(sha256(path.read_bytes()), []).append(path)
    report = place.take(samples_dir, "--case", "SAMPLES")
    assert report["failed"] == []
    taken = {item["sha256"]: item for item in report["items"]}
    assert set(taken) == set(digests)
    assert len(report["duplicates"]) == sum(map(len, digests.values())) - len(digests)
    for digest, item in taken.items():
        assert item["path"] in map(str, digests[digest])
        assert item["size"] == digests[digest][0].stat().st_size
    for item in list(taken.values())[::9]:
        assert sha256(place.opened("cat", item["ref"]).out) == item["sha256"]

    found = place.json("list", "--case", "SAMPLES")["items"]
    assert len(found) == len(digests)
    # By name, by what a document says, and by the device that took a picture.
    for words, name in (("Canon_40D", "Canon_40D.jpg"), ("README", "README.md")):
        matches = {item["sha256"] for item in place.json("list", "--query", words)["items"]}
        assert any(path.name == name for digest in matches for path in digests[digest]), words
    text = "".join(path.read_text("utf-8") for path in samples_dir.glob("README.md"))
    word = max(text.split(), key=lambda word: len(word) if word.isalpha() else 0)
    assert place.json("list", "--query", word)["items"]

    verified = place.json("verify")
    assert (verified["ok"], verified["items"]) == (True, len(digests))
    out = place.folder / "bundle"
    place.opened("export", "--case", "SAMPLES", "--plain-folder", "--out", out)
    left = {sha256(path.read_bytes()) for path in (out / "bag/data/items").glob("*/original*")}
    assert left == set(digests)
    assert place.run("check-bundle", out, "--json").document["items"] == len(digests)
