"""Runs hrd-vault's own entry point, in a process that was forked from one which has imported everything.

A start of Python and its imports costs ten times what a command on a small vault does, and thousands of
commands are run here. Three things differ from the installed command, and nothing else: the imports are done;
a passphrase that was stretched before is not stretched again (``remember_derived_keys``); and with a seed,
``os.urandom`` is a known stream, because object names are random and a fault has to be aimed at one file.
Encryption, SQLCipher and the decoder's process draw from their own sources.

``program.py one ARGUMENT...`` runs one command as the installed command would, and forks nothing.
``program.py serve MEMORY`` answers requests, one JSON object a line, until standard input ends:

``{"commands", "seed", "environment", "folder", "stdin", "strace", "fault", "short", "wait_s", "killed"}``
runs the commands one after another in one forked process, under ``strace`` with these options when there are
any, or with a fault (``injector.Aim``) put in; then it is one command. With ``short`` one write, or every
one, does half (``short_writes``). After ``wait_s`` it is killed, or aborted where that was not wanted. The
answer is a list of ``{"code", "out", "err", "fired", "writes"}``, outputs in base64, and the number of writes
so far when one was to be short. ``@files VAULT PASSPHRASE_FILE`` stands for ``_count_files``. ``MEMORY`` is a
folder for stretched passphrases.
"""

from __future__ import annotations

import atexit
import base64
import gc
import hashlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import Any

# Started by its path and isolated: nothing else of ours is on the way to modules.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from tests.faults.injector import Aim, Injector, install

SYSTEM_RANDOM = os.urandom
_random_source: list[Callable[[int], bytes]] = [SYSTEM_RANDOM]


def urandom(size: int) -> bytes:
    """In the place of ``os.urandom`` before anything is imported that keeps it."""
    return _random_source[-1](size)


def seed_randomness(seed: str) -> None:
    """Make ``os.urandom`` a stream of its own, known from ``seed`` and the size and number of the call."""
    guard = threading.Lock()
    calls = [0]

    def known(size: int) -> bytes:
        with guard:
            calls[0] += 1
            return hashlib.shake_256(f"{seed}/{calls[0]}/{size}".encode()).digest(size)

    _random_source.append(known)


def remember_derived_keys(folder: str) -> None:
    """Stretch each passphrase once in a run of the tests: their vaults are opened thousands of times."""
    from hrd_desktop.crypto import kdf

    derive = kdf.stretch

    def stretch(secret: bytes, salt: bytes, parameters: kdf.KdfParameters, **options: Any) -> bytes:
        question = hashlib.sha256(repr((secret, salt, parameters)).encode()).hexdigest()
        path = os.path.join(folder, question)
        if not os.path.exists(path):
            answer = derive(secret, salt, parameters, **options)
            with open(f"{path}.{os.getpid()}", "wb") as file:
                file.write(answer)
            os.rename(file.name, path)
        with open(path, "rb") as file:
            return file.read()

    kdf.stretch = stretch


def run_entry(arguments: list[str]) -> int:
    """The exit code that the installed command would end with."""
    from hrd_desktop.cli.entry import main

    sys.argv = ["hrd-vault", *arguments]
    try:
        return main()
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 1


def run_apart(arguments: list[str], streams: Sequence[int]) -> int:
    """Run one command with its standard output and error in files, as the shell would."""
    for number, file in zip((1, 2), streams, strict=True):
        os.dup2(file, number)
    try:
        code = _count_files(*arguments[1:]) if arguments[0] == "@files" else run_entry(arguments)
    except BaseException:  # noqa: BLE001  # what Python would print when the command dies of it
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _count_files(vault_path: str, passphrase_file: str) -> int:
    """Print what the records say should lie in the vault, and what does."""
    from hrd_desktop.cli.context import read_first_line
    from hrd_desktop.crypto.kdf import stretch
    from hrd_desktop.domain.clock import SystemClock
    from hrd_desktop.services.credentials import load_credential
    from hrd_desktop.storage.opening import open_vault

    vault = open_vault(
        vault_path,
        credential=load_credential(read_first_line(passphrase_file), None),
        stretch=stretch,
        random=os.urandom,
        clock=SystemClock(),
    )
    try:
        records = vault.records
        reserve = records.reserve.load()
        owned = {
            "items": [item.object_name.hex() for item in records.items.iter_items()],
            "snapshots": [name.hex() for name, _, _ in records.snapshots.load()],
            "reserve": [name.hex() for name, _ in reserve.objects] if reserve is not None else [],
            "reserved": [name.hex() for name in records.names.reserved()],
            "to_unlink": [name.hex() for name in records.names.to_unlink()],
        }
        intents = [records.slots.find_intent() is not None, records.rekey.state() is not None]
        # Header and body of every snapshot: they are in no list that verify walks.
        for name, _, _ in records.snapshots.load():
            vault.objects.verify(name, None)
        records.verify()
        vault.derived.verify()
    finally:
        vault.close()
    sys.stdout.write(json.dumps({**owned, "under_way": any(intents), "notices": vault.notices}))
    return 0


# -- the server -------------------------------------------------------------------------------------


def serve(memory: str) -> None:
    """Answer requests until there are no more. One thread, so that a fork leaves nothing behind."""
    remember_derived_keys(memory)
    from importlib import import_module

    from hrd_desktop.cli.main import MODULES

    for module in MODULES:
        import_module(f"hrd_desktop.cli.{module}")
    import hrd_desktop.cli.panic
    import hrd_desktop.services.wipe  # noqa: F401  # so that no fork has to

    # What is there now stays: looking through it again in each fork would only copy its pages.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        sys.stdout.write(json.dumps(answer(request)) + "\n")
        sys.stdout.flush()


def answer(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Fork, wait, and say how each command ended; the ones after a death have no answer."""
    commands = request["commands"]
    streams = [(os.memfd_create("out"), os.memfd_create("err")) for _ in commands]
    codes, counted = os.memfd_create("codes"), os.memfd_create("counted")
    here, there = socket.socketpair()
    process = os.fork()
    if process == 0:
        try:
            here.close()
            enter(request, there, counted)
            for arguments, files in zip(commands, streams, strict=True):
                code = run_apart(arguments, files)
                os.write(codes, bytes([code & 0xFF]))
            end()
        finally:
            # Whatever happened, this process must never go on as a second server.
            os._exit(code & 0xFF)
    there.close()
    tracer = trace(process, request["strace"]) if request["strace"] else None
    injector = hurt(here, request["fault"]) if request["fault"] else None
    here.sendall(b"x")
    here.close()
    status = wait_for(
        process, request["wait_s"], signal.SIGKILL if request["killed"] else signal.SIGABRT, injector
    )
    if tracer is not None:
        tracer.communicate()
    fired = injector is not None and injector.fired
    done = list(contents_of(codes))
    if len(done) < len(commands):
        done.append(status)
    elif status < 0 or len(commands) == 1:
        done[-1] = status
    answers = [
        {
            "code": code,
            "out": encoded(out),
            "err": encoded(err),
            "fired": fired,
            "writes": int.from_bytes(contents_of(counted), "big"),
        }
        for code, (out, err) in zip(done, streams, strict=False)
    ]
    for file in (codes, counted, *(file for pair in streams for file in pair)):
        os.close(file)
    return answers


def enter(request: dict[str, Any], server: socket.socket, counted: int) -> None:
    """In the new process: become what the shell would have started, and wait for who puts a fault in."""
    given = os.memfd_create("in")
    os.write(given, base64.b64decode(request["stdin"]))
    os.lseek(given, 0, os.SEEK_SET)
    os.dup2(given, 0)
    os.close(given)
    sys.stdin = os.fdopen(0, closefd=False)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    if request["seed"]:
        seed_randomness(request["seed"])
    if request["short"]:
        from tests.faults.short_writes import write_short

        write_short(request["short"], counted)
    if request["fault"]:
        listener = install(request["fault"]["name"])
        socket.send_fds(server, [b"x"], [listener])
        os.close(listener)
    server.recv(1)
    server.close()


def end() -> None:
    """What the interpreter does at its end, and is worth something."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()


def trace(process: int, options: list[str]) -> subprocess.Popen[bytes]:
    """strace on the process, from the next call it makes."""
    tracer = subprocess.Popen(
        ["strace", "-f", "-p", str(process), *options], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    assert b"attached" in said, said
    return tracer


def hurt(process: socket.socket, fault: dict[str, Any]) -> Injector:
    """Who answers the process, which has just asked for it."""
    _, handles, _, _ = socket.recv_fds(process, 1, 1)
    return Injector(handles[0], Aim(**fault))


def wait_for(
    process: int, wait_s: float, at_the_end: signal.Signals, injector: Injector | None = None
) -> int:
    """The exit code, or the negative of the signal that ended it: ``at_the_end``, when it took too long."""
    handle = os.pidfd_open(process)
    try:
        if injector is None:
            ended = bool(select.select([handle], [], [], wait_s)[0])
        else:
            ended = injector.watch(handle, wait_s)
        if not ended:
            signal.pidfd_send_signal(handle, at_the_end)
    finally:
        os.close(handle)
        if injector is not None:
            # Who still waits for an answer, a process of the command's, gets none and goes on with an error.
            injector.close()
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def contents_of(file: int) -> bytes:
    """All that was written to a file of ours."""
    return os.pread(file, os.fstat(file).st_size, 0)


def encoded(file: int) -> str:
    return base64.b64encode(contents_of(file)).decode()


def main() -> int:
    """See the module's own words."""
    if sys.argv[1] == "one":
        return run_entry(sys.argv[2:])
    os.urandom = urandom
    serve(sys.argv[2])
    return 0


if __name__ == "__main__":
    sys.exit(main())
