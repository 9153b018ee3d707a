"""Timestamps: OpenSSL reads our request, we read its answer, and what cannot be read is not called forged."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hrd_desktop.crypto.timestamps import make_request, read_answer, request_is_over, verify_answer
from hrd_desktop.domain.errors.custody import TimestampInvalid, TimestampUnread

MESSAGE = b"the list of lists\n"
SHA512 = hashlib.sha512(MESSAGE).digest()
CONFIGURATION = """
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[tsa_cert]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = tsa_config
[tsa_config]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Authority:
    """A timestamp authority made with OpenSSL."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "conf").write_text(CONFIGURATION)
        (folder / "serial").write_text("01\n")
        new = ("req", "-config", "conf", "-newkey", "rsa:2048", "-nodes")
        self.run(
            *new, "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Root", "-extensions", "ca"
        )
        self.run(*new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Authority")
        issue = ("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-out", "tsa.pem")
        self.run(*issue, "-set_serial", "2", "-extfile", "conf", "-extensions", "tsa_cert")

    def run(self, *arguments: str) -> bytes:
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def answer(self, request: bytes) -> bytes:
        (self.folder / "request.tsq").write_bytes(request)
        reply = ("ts", "-reply", "-config", "conf", "-section", "tsa_config", "-queryfile", "request.tsq")
        self.run(*reply, "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "answer.tsr")
        return (self.folder / "answer.tsr").read_bytes()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    return Authority(tmp_path_factory.mktemp("authority"))


def test_an_answer_to_our_request_holds_against_the_chosen_root(authority: Authority) -> None:
    request = make_request(MESSAGE, os.urandom)
    assert request_is_over(request, SHA512) and not request_is_over(request, hashlib.sha512(b"x").digest())
    answer = authority.answer(request)
    (authority.folder / "message").write_bytes(MESSAGE)
    stock = (
        "ts",
        "-verify",
        "-in",
        "answer.tsr",
        "-data",
        "message",
        "-CAfile",
        "ca.pem",
        "-untrusted",
        "tsa.pem",
    )
    authority.run(*stock)
    assert read_answer(answer).sha512 == SHA512
    root = (authority.folder / "ca.pem").read_bytes()
    assert verify_answer(answer, SHA512, root).time_utc.tzinfo is not None


def test_what_does_not_hold(authority: Authority, tmp_path: Path) -> None:
    answer = authority.answer(make_request(MESSAGE, os.urandom))
    root = (authority.folder / "ca.pem").read_bytes()
    with pytest.raises(TimestampInvalid) as caught:
        verify_answer(answer, hashlib.sha512(b"x").digest(), root)
    assert caught.value.fields == {"detail": "imprint"}
    stranger = Authority(tmp_path)
    with pytest.raises(TimestampInvalid) as caught:
        verify_answer(answer, SHA512, (stranger.folder / "ca.pem").read_bytes())
    assert caught.value.fields == {"detail": "invalid"}


def test_what_cannot_be_read_is_not_called_forged(authority: Authority) -> None:
    answer = authority.answer(make_request(MESSAGE, os.urandom))
    root = (authority.folder / "ca.pem").read_bytes()
    for untrusted in (b"", b"nonsense", answer[:-40], os.urandom(2000)):
        with pytest.raises(TimestampUnread):
            verify_answer(untrusted, SHA512, root)
    with pytest.raises(TimestampUnread) as caught:
        verify_answer(answer, SHA512, b"no certificate")
    assert caught.value.fields == {"part": "root"}
    refused = subprocess.run(
        ["openssl", "ts", "-reply", "-config", "conf", "-section", "tsa_config", "-queryfile", "conf",
         "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "refused.tsr"],
        cwd=authority.folder, capture_output=True, timeout=60,
    )  # fmt: skip
    if refused.returncode == 0:
        with pytest.raises(TimestampUnread):
            read_answer((authority.folder / "refused.tsr").read_bytes())


def test_every_flipped_byte_of_an_answer_is_noticed_or_harmless(authority: Authority) -> None:
    answer = authority.answer(make_request(MESSAGE, os.urandom))
    root = (authority.folder / "ca.pem").read_bytes()
    time = read_answer(answer).time_utc
    for position in range(0, len(answer), 41):
        changed = bytearray(answer)
        changed[position] ^= 1
        try:
            found = verify_answer(bytes(changed), SHA512, root)
        except (TimestampInvalid, TimestampUnread):
            continue
        assert (found.time_utc, found.sha512) == (time, SHA512), position
