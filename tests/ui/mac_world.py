"""An Objective-C runtime made up of C functions, called by the same conventions as the real one.

Objects are numbers beyond 32 bits: a call whose types are left to the default would cut them.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

_POINTER, _NAME = ctypes.c_void_p, ctypes.c_char_p
_FIRST = 0x7F00_1234_0000_0010


@dataclass
class MacWorld:
    """Stands for the library of the runtime and for AppKit; ``sent`` is every message, in words."""

    known: dict[int, str] = field(default_factory=dict)
    sent: list[tuple[Any, ...]] = field(default_factory=list)
    methods: dict[str, int] = field(default_factory=dict)
    watched: list[tuple[str, str, str, int | None]] = field(default_factory=list)
    no_window: bool = False
    kept: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        # As in a library that was just loaded: of no types but the default ones until somebody sets others.
        untyped = type(ctypes.CDLL(None).getpid)

        def make(*types: Any) -> Any:
            def made(function: Any) -> Any:
                kept = ctypes.CFUNCTYPE(*types)(function)
                self.kept.append(kept)
                return untyped(ctypes.cast(kept, _POINTER).value)

            return made

        # Seven arguments are read always; those of a shorter message stand before them and mean nothing.
        self.objc_msgSend = make(_POINTER, *[_POINTER] * 6, ctypes.c_ulong)(self._send)
        self.objc_getClass = make(_POINTER, _NAME)(lambda name: self.put(name.decode()))
        self.sel_registerName = make(_POINTER, _NAME)(lambda name: self.put(name.decode()))
        self.objc_allocateClassPair = make(_POINTER, _POINTER, _NAME, ctypes.c_size_t)(self._allocate)
        self.class_addMethod = make(ctypes.c_bool, _POINTER, _POINTER, _POINTER, _NAME)(self._add_method)
        self.objc_registerClassPair = make(None, _POINTER)(lambda made: None)

    def put(self, words: str) -> int:
        """The object that stands for these words."""
        for address, known in self.known.items():
            if known == words:
                return address
        address = _FIRST + 16 * len(self.known)
        self.known[address] = words
        return address

    def post(self, notification: str) -> None:
        """What the centres do when this happens: call every observer of it."""
        method = ctypes.CFUNCTYPE(None, _POINTER, _POINTER, _POINTER)
        for _, selector, name, _ in self.watched:
            if name == notification:
                method(self.methods[selector])(self.put("observer"), self.put(selector), self.put("event"))

    def _allocate(self, parent: int, name: bytes, extra: int) -> int:
        assert (self.known[parent], extra) == ("NSObject", 0)
        return 0 if name.decode() in self.known.values() else self.put(name.decode())

    def _add_method(self, made: int, selector: int, method: int, types: bytes) -> bool:
        assert types == b"v@:@"
        self.methods[self.known[selector]] = method
        return True

    def _send(self, receiver: int, selector: int, *rest: int) -> int:
        words, name = self.known.get(receiver, ""), self.known[selector]
        if name == "stringWithUTF8String:":
            return self.put(ctypes.string_at(rest[0]).decode())
        if name.startswith("addObserver:"):
            observer, method, notification, nothing, behaviour = rest
            assert self.known[observer] == "observer"
            assert not nothing
            suspended = behaviour if name.endswith("suspensionBehavior:") else None
            self.watched.append((words, self.known[method], self.known[notification], suspended))
            return 0
        if name == "setSharingType:":
            self.sent.append((words, name, rest[0] or 0))
            return 0
        if name == "init":
            return self.put("observer")
        if name == "window" and self.no_window:
            return 0
        return self.put(f"{words} {name}")
