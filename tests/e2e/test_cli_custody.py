"""Receipts, countersignatures and receiving by command, from one vault to another and back."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.cli import Place


def test_a_case_goes_from_one_vault_to_another(seeded: Place, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    colleague = seeded.folder / "vaults" / "colleague"
    seeded.create("--kdf", "minimum", vault=colleague)
    receipt, answer = out / "receipt.txt", out / "answer.txt"
    seeded.opened("receipt", "--case", "GATE", "--out", receipt, "--qr", out / "qr.svg", "--to", "M.")
    assert "<svg" in (out / "qr.svg").read_text()
    assert seeded.json("check-receipt", receipt)["case"] == "GATE"
    seeded.opened("countersign", receipt, "--out", answer, vault=colleague)
    assert "countersigned by key" in seeded.opened("receipt", "--add", answer).text
    seeded.opened("edit", "E0001", "--title", "changed later")
    done = seeded.json("check-receipt", receipt)
    assert done["events_now"] > done["events"]
    spoken = receipt.read_text().split("spoken ")[1].split("\n")[0].split(" ", 1)
    told = ("check-receipt", "--case", "GATE", "--events", spoken[0], "--spoken")
    assert "are those of this receipt" in seeded.opened(*told, spoken[1]).text
    assert "[log-contradicted" in seeded.opened(*told, spoken[1][::-1], expect=4).err

    bundle, request = out / "bundle", out / "bundle.tsq"
    chosen = ("--case", "GATE", "--plain-folder", "--include-held-back", "--timestamp-request", request)
    seeded.opened("export", "--out", bundle, *chosen)
    # The request beside the bundle is over the same content as the one inside, with a number of its own.
    inside = (bundle / "timestamp.tsq").read_bytes()
    assert request.read_bytes()[:80] == inside[:80] and request.read_bytes() != inside
    checked = seeded.run("check-bundle", bundle, "--receipt", receipt, "--json").document
    assert checked["signed"]["witnesses"] and checked["receipt_events"] == done["events"]
    said = seeded.run("check-bundle", bundle).text
    assert f"Unchanged since it was signed by key {checked['signed']['key']}." in said
    assert "genuine" not in said and "does not say whose key it is" in said
    taken = seeded.json("receive", bundle, "--case", "FROM-M", "--sender", "M.", vault=colleague)
    assert len(taken["items"]) == 2 and taken["signed"]["key"] == checked["signed"]["key"]
    verified = seeded.json("verify", vault=colleague)
    assert verified["ok"] and {log["case"] for log in verified["logs"]} == {"Inbox", "FROM-M"}
    (bundle / "bag/data/items/0001/original.txt").write_bytes(b"something else")
    refused = seeded.opened("receive", bundle, vault=colleague, expect=4)
    assert "it was changed" in refused.err or "not what bag-info.txt says" in refused.err
