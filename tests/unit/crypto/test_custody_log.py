"""Trees, names of keys, receipts and SSH signatures agree with vectors that other code made."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrd_desktop.crypto.custody import leaf_hash
from hrd_desktop.crypto.log_keys import LOG, WITNESS, LogKey, SigningKey, parse_verifier
from hrd_desktop.crypto.merkle import (
    MemoryTree,
    consistency_proof,
    inclusion_proof,
    root_from_inclusion,
    root_of,
    verify_consistency,
)
from hrd_desktop.crypto.receipts import format_proof, parse_proof, parse_receipt
from hrd_desktop.crypto.ssh_signature import parse_signer, sign_ssh, signer_line, verify_ssh
from hrd_desktop.domain.errors.custody import ProofInvalid, ReceiptInvalid, SignatureInvalid

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "custody-log.json").read_text("utf-8")
)


def tree_of(size: int) -> MemoryTree:
    tree = MemoryTree()
    for number in range(size):
        tree.append(leaf_hash(f"leaf {number}".encode()))
    return tree


@pytest.mark.parametrize("vector", VECTORS["trees"], ids=lambda vector: str(vector["size"]))
def test_trees(vector: dict[str, Any]) -> None:
    size, tree = vector["size"], tree_of(vector["size"])
    root = root_of(size, tree.get)
    assert root.hex() == vector["root"]
    for index, hashes in vector["inclusion"]:
        proof = inclusion_proof(index, size, tree.get)
        assert [entry.hex() for entry in proof] == hashes
        assert root_from_inclusion(leaf_hash(f"leaf {index}".encode()), index, size, proof) == root
    for old, hashes in vector["consistency"]:
        proof = consistency_proof(old, size, tree.get)
        assert [entry.hex() for entry in proof] == hashes
        verify_consistency(old, root_of(old, tree.get), size, root, proof)


def test_the_roots_that_certificate_transparency_publishes() -> None:
    # The leaves and roots of the reference implementation of Certificate Transparency.
    leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    tree = MemoryTree()
    for number, leaf in enumerate(leaves, 1):
        tree.append(leaf_hash(bytes.fromhex(leaf)))
        if number in roots:
            assert root_of(number, tree.get).hex() == roots[number]


@settings(max_examples=40)
@given(st.integers(1, 70), st.data())
def test_a_proof_holds_for_its_own_leaf_and_tree_only(size: int, data: st.DataObject) -> None:
    tree = tree_of(size)
    root = root_of(size, tree.get)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    leaf = leaf_hash(f"leaf {index}".encode())
    proof = inclusion_proof(index, size, tree.get)
    assert root_from_inclusion(leaf, index, size, proof) == root
    assert root_from_inclusion(leaf_hash(b"other"), index, size, proof) != root
    with pytest.raises(ProofInvalid):
        root_from_inclusion(leaf, index, size, [*proof, leaf])
    if proof:
        with pytest.raises(ProofInvalid):
            root_from_inclusion(leaf, index, size, proof[:-1])
    steps = consistency_proof(old, size, tree.get)
    verify_consistency(old, root_of(old, tree.get), size, root, steps)
    for wrong in ([*steps, leaf], steps[:-1] if steps else [leaf]):
        with pytest.raises(ProofInvalid):
            verify_consistency(old, root_of(old, tree.get), size, root, wrong)
    with pytest.raises(ProofInvalid):
        verify_consistency(old, leaf_hash(b"rewritten"), size, root, steps)


@pytest.mark.parametrize("vector", VECTORS["keys"], ids=lambda vector: vector["key_name"])
def test_names_of_keys(vector: dict[str, str]) -> None:
    kind = LOG if vector["name"].startswith("sheaf-log/") else WITNESS
    key = SigningKey(bytes.fromhex(vector["seed"]), kind).public
    assert (key.public.hex(), key.fingerprint, key.key_name) == (
        vector["public"],
        vector["fingerprint"],
        vector["key_name"],
    )
    assert (key.spoken, key.name, key.verifier) == (vector["spoken"], vector["name"], vector["verifier"])
    assert parse_verifier(vector["verifier"]) == key


@pytest.mark.parametrize("vector", VECTORS["receipts"], ids=lambda vector: vector["note"])
def test_receipts(vector: dict[str, str]) -> None:
    def read() -> None:
        receipt = parse_receipt(vector["text"].encode())
        tree, head = tree_of(receipt.checkpoint.size), receipt.checkpoint
        assert head.root == root_of(head.size, tree.get)
        for old, proof in receipt.old.items():
            try:
                verify_consistency(old, root_of(old, tree.get), head.size, head.root, proof)
            except ProofInvalid:
                raise ReceiptInvalid(kind="consistency") from None
        assert receipt.text == vector["text"]
        assert parse_receipt(receipt.short_text.encode()).checkpoint == head

    if "kind" not in vector:
        read()
        return
    with pytest.raises(ReceiptInvalid) as caught:
        read()
    assert caught.value.fields["kind"] == vector["kind"]


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_no_byte_of_a_receipt_can_be_changed(position: int, value: int) -> None:
    text = VECTORS["receipts"][2]["text"].encode()
    position %= len(text)
    changed = text[:position] + bytes([value]) + text[position + 1 :]
    if changed == text:
        return
    try:
        receipt = parse_receipt(changed)
    except ReceiptInvalid:
        return
    # What is left are the consistency proofs, which only the older root can judge, and a countersignature
    # that now names no key at hand.
    assert receipt.checkpoint.text.encode() in text or (
        receipt.checkpoint.unknown == 1 and not receipt.checkpoint.cosignatures
    )


def test_a_proof_is_read_as_it_was_written() -> None:
    note = VECTORS["receipts"][0]["text"].split("old 0\n\n")[1]
    hashes = inclusion_proof(3, 13, tree_of(13).get)
    proof = parse_proof(format_proof(3, hashes, note).encode())
    assert (proof.index, list(proof.hashes), proof.checkpoint) == (3, hashes, note)
    for wrong in ("c2sp.org/tlog-proof@v2", "index 03", "index -1"):
        text = format_proof(3, hashes, note).replace("index 3", wrong) if "index" in wrong else wrong
        with pytest.raises(ProofInvalid):
            parse_proof(text.encode())


KEY = SigningKey(bytes.fromhex(VECTORS["keys"][0]["seed"]))


@pytest.mark.parametrize("vector", VECTORS["signatures"], ids=["empty", "text"])
def test_ssh_signatures(vector: dict[str, str], tmp_path: Path) -> None:
    message = vector["message"].encode()
    assert sign_ssh(KEY, message) == vector["signature"]
    assert signer_line(KEY.public) == vector["signer_pub"]
    verify_ssh(parse_signer(vector["signer_pub"].encode()), message, vector["signature"].encode())
    (tmp_path / "signer.pub").write_text(signer_line(KEY.public))
    (tmp_path / "sig").write_text(sign_ssh(KEY, message))
    command = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-f",
        "signer.pub",
        "-I",
        "signer",
        "-n",
        "sheaf-bundle",
        "-s",
        "sig",
    ]
    stock = subprocess.run(command, cwd=tmp_path, input=message, capture_output=True)
    assert stock.returncode == 0 and KEY.public.fingerprint.encode() in stock.stdout
    assert subprocess.run(command, cwd=tmp_path, input=b"x", capture_output=True).returncode != 0


@pytest.mark.parametrize("place", [24, 50, 90])
def test_a_key_line_with_a_padding_sign_in_the_middle_is_refused(place: int) -> None:
    line = signer_line(KEY.public)
    with pytest.raises(SignatureInvalid):
        parse_signer((line[:place] + "=" + line[place + 1 :]).encode())


def test_a_signature_by_a_stock_program_is_accepted(tmp_path: Path) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key"], cwd=tmp_path, check=True, input=b""
    )
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", "key", "-n", "sheaf-bundle"]
    signed = subprocess.run(command, cwd=tmp_path, check=True, input=b"text", capture_output=True)
    key = LogKey(base64.b64decode((tmp_path / "key.pub").read_text().split()[1])[-32:])
    verify_ssh(key, b"text", signed.stdout)


@pytest.mark.parametrize("position", range(0, 250, 7))
def test_a_signature_with_one_byte_changed_is_refused(position: int) -> None:
    text = bytearray(sign_ssh(KEY, b"text").encode())
    text[position] ^= 1
    with pytest.raises(SignatureInvalid):
        verify_ssh(KEY.public, b"text", bytes(text))
