"""Calls to objects of macOS, through its Objective-C runtime; only what the window needs of it.

Every call goes through a prototype with its exact types: ``objc_msgSend`` is declared with open arguments,
and called like that it would look for them in the wrong places on Apple's own processors (Apple, *Addressing
architectural differences in your macOS code*). Pointers are never of the default type, which cuts them.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from ctypes.util import find_library
from typing import Any, Protocol

#: A method of ours: the object, its own name, and the one argument.
Told = Callable[[int | None, int | None, int | None], None]
_METHOD = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
#: What it is by the runtime's letters: nothing comes back; an object, a selector, an object go in.
_METHOD_TYPES = b"v@:@"


class MacObjects(Protocol):
    """What is asked of macOS. Objects and names are numbers; 0 is no object, which answers 0 to all."""

    def class_named(self, name: str) -> int: ...

    def text(self, text: str) -> int: ...

    def constant(self, name: str) -> int: ...

    def ask(self, receiver: int, selector: str) -> int: ...

    def tell(self, receiver: int, selector: str, *numbers: int) -> None: ...

    def watch(self, receiver: int, observer: int, method: str, name: int, behaviour: int | None) -> None: ...

    def make_observer(self, class_name: str, methods: Mapping[str, Callable[[], None]]) -> int: ...


class ObjectiveC:
    """The runtime itself. ``appkit`` is the library whose constants are asked for."""

    def __init__(self, objc: Any, appkit: Any) -> None:
        pointer, name = ctypes.c_void_p, ctypes.c_char_p
        for function, result, arguments in (
            (objc.objc_getClass, pointer, [name]),
            (objc.sel_registerName, pointer, [name]),
            (objc.objc_allocateClassPair, pointer, [pointer, name, ctypes.c_size_t]),
            (objc.class_addMethod, ctypes.c_bool, [pointer, pointer, pointer, name]),
            (objc.objc_registerClassPair, None, [pointer]),
        ):
            function.restype, function.argtypes = result, arguments
        self._objc = objc
        self._appkit = appkit
        self._send = ctypes.cast(objc.objc_msgSend, pointer).value or 0
        # Called by macOS for as long as the process lives: never to be collected.
        self._methods: list[Any] = []

    def class_named(self, name: str) -> int:
        """The class, itself an object."""
        return self._objc.objc_getClass(name.encode()) or 0

    def text(self, text: str) -> int:
        """A string of Foundation, to be used at once."""
        send = self._prototype(ctypes.c_void_p, ctypes.c_char_p)
        found = send(self.class_named("NSString"), self._selector("stringWithUTF8String:"), text.encode())
        return found or 0

    def constant(self, name: str) -> int:
        """The object that a global name of AppKit stands for."""
        return ctypes.c_void_p.in_dll(self._appkit, name).value or 0

    def ask(self, receiver: int, selector: str) -> int:
        """Send a message without arguments, and get the object that it gives."""
        return self._prototype(ctypes.c_void_p)(receiver, self._selector(selector)) or 0

    def tell(self, receiver: int, selector: str, *numbers: int) -> None:
        """Send a message whose arguments are all NSUInteger and that gives nothing."""
        send = self._prototype(None, *(ctypes.c_ulong for _ in numbers))
        send(receiver, self._selector(selector), *numbers)

    def watch(self, receiver: int, observer: int, method: str, name: int, behaviour: int | None) -> None:
        """Have a notification centre call ``method`` of ``observer`` at every notification of this name.

        ``behaviour`` is NSNotificationSuspensionBehavior, which only the distributed centre knows.
        """
        pointer = ctypes.c_void_p
        selector = "addObserver:selector:name:object:"
        if behaviour is None:
            send = self._prototype(None, pointer, pointer, pointer, pointer)
            send(receiver, self._selector(selector), observer, self._selector(method), name, None)
        else:
            send = self._prototype(None, pointer, pointer, pointer, pointer, ctypes.c_ulong)
            selector += "suspensionBehavior:"
            send(receiver, self._selector(selector), observer, self._selector(method), name, None, behaviour)

    def make_observer(self, class_name: str, methods: Mapping[str, Callable[[], None]]) -> int:
        """An object, never let go, of a new class with these methods of one argument; 0: there is one."""
        made = self._objc.objc_allocateClassPair(self.class_named("NSObject"), class_name.encode(), 0)
        if not made:
            return 0
        for selector, act in methods.items():
            method = _METHOD(_ignoring_arguments(act))
            self._methods.append(method)
            address = ctypes.cast(method, ctypes.c_void_p)
            self._objc.class_addMethod(made, self._selector(selector), address, _METHOD_TYPES)
        self._objc.objc_registerClassPair(made)
        return self.ask(self.ask(made, "alloc"), "init")

    def _selector(self, name: str) -> int:
        return self._objc.sel_registerName(name.encode()) or 0

    def _prototype(self, result: Any, *arguments: Any) -> Any:
        return ctypes.CFUNCTYPE(result, ctypes.c_void_p, ctypes.c_void_p, *arguments)(self._send)


def _ignoring_arguments(act: Callable[[], None]) -> Told:
    def told(receiver: int | None, selector: int | None, argument: int | None) -> None:
        act()

    return told


def find_objective_c() -> ObjectiveC:
    """That of this Mac. Raises OSError elsewhere."""
    objc, appkit = find_library("objc"), find_library("AppKit")
    if objc is None or appkit is None:
        raise OSError("no Objective-C runtime")
    return ObjectiveC(ctypes.CDLL(objc), ctypes.CDLL(appkit))
