"""Every child of this process, so that locking can kill and reap all of them within a bound."""

from __future__ import annotations

import queue
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.process import ChildrenRefused
from hrd_desktop.process.spawn import isolated_command, spawn_command


@dataclass
class _Order:
    command: list[str]
    pass_fds: tuple[int, ...]
    done: threading.Event = field(default_factory=threading.Event)
    outcome: subprocess.Popen[bytes] | SheafError = field(default_factory=ChildrenRefused)


class ChildRegistry:
    """Starts children and keeps them until they are reaped. Safe to use from any thread.

    Children are started by one thread of its own: the kernel's *die with the parent* means the thread that
    forked, and a child must outlive the work lane that asked for it.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._children: set[subprocess.Popen[bytes]] = set()
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._starter: threading.Thread | None = None
        self._refuses = False

    def spawn(self, module: str, *arguments: str, pass_fds: Sequence[int] = ()) -> subprocess.Popen[bytes]:
        """Start ``module`` isolated (see ``spawn_isolated``) and register it.

        Raises ``ChildrenRefused`` after ``close``, ``ChildNotStarted``.
        """
        return self.spawn_command(isolated_command(module, *arguments), pass_fds=pass_fds)

    def spawn_command(self, command: Sequence[str], pass_fds: Sequence[int] = ()) -> subprocess.Popen[bytes]:
        """Like ``spawn`` for a command as ``isolated_command`` makes it."""
        order = _Order(list(command), tuple(pass_fds))
        with self._lock:
            if self._refuses:
                raise ChildrenRefused()
            if self._starter is None:
                self._starter = threading.Thread(target=self._start_children, name="children", daemon=True)
                self._starter.start()
            self._orders.put(order)
        order.done.wait()
        if isinstance(order.outcome, SheafError):
            raise order.outcome
        return order.outcome

    def _start_children(self) -> None:
        while (order := self._orders.get()) is not None:
            self._start(order)
            order.done.set()

    def _start(self, order: _Order) -> None:
        # Under the lock, so that no child can appear between the look of kill_all and its end.
        with self._lock:
            if self._refuses:
                return
            try:
                child = spawn_command(order.command, order.pass_fds)
            except SheafError as failure:
                order.outcome = failure
                return
            order.outcome = child
            self._children = {known for known in self._children if known.returncode is None}
            self._children.add(child)

    @property
    def running(self) -> int:
        """How many children have not been reaped; reaps those that ended by themselves."""
        with self._lock:
            self._children = {child for child in self._children if child.poll() is None}
            return len(self._children)

    def kill_all(self, timeout_s: float) -> int:
        """Kill every child and reap it; the number of those not reaped within ``timeout_s`` seconds.

        A killed process that is not reaped in time is one that the kernel still holds in a system call; its
        memory goes when that call ends. The pipes are closed either way, by whoever holds the child.
        """
        with self._lock:
            return self._kill_all(timeout_s)

    def close(self, timeout_s: float) -> int:
        """``kill_all``, and refuse every child from now on."""
        with self._lock:
            self._refuses = True
            left = self._kill_all(timeout_s)
        self._orders.put(None)
        return left

    def _kill_all(self, timeout_s: float) -> int:
        deadline = self._monotonic() + timeout_s
        for child in self._children:
            child.kill()
        left: set[subprocess.Popen[bytes]] = set()
        for child in self._children:
            try:
                child.wait(max(0.0, deadline - self._monotonic()))
            except subprocess.TimeoutExpired:
                left.add(child)
        self._children = left
        return len(left)
