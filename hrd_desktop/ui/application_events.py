"""One look at every event of the application, for all who want to see some of them.

Qt shows each event to each filter of the application, and a filter in Python costs some microseconds however
soon it returns; a page that is shown brings thousands of events. So there is one filter, and it asks only
those who named the type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from weakref import WeakMethod

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from shiboken6 import isValid

#: A key that is pressed: first whether anybody wants it more than a shortcut does, then the press.
KEY_EVENTS = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
#: Gets the object that the event is for and the event; True when nobody else is to get it.
Watcher = Callable[[QObject, QEvent], bool]


class ApplicationEvents(QObject):
    """The one filter; ``of`` finds it. Watchers are methods of Qt's objects, and are let go with these."""

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self._watchers: dict[QEvent.Type, list[WeakMethod[Watcher]]] = {}
        application.installEventFilter(self)

    @classmethod
    def of(cls, application: QCoreApplication) -> ApplicationEvents:
        """The filter of this application, made when it is asked for first."""
        found = application.findChild(cls, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return found if isinstance(found, cls) else cls(application)

    def watch(self, types: Iterable[QEvent.Type], watcher: Watcher) -> None:
        """Ask this method about events of these types from now on, before all others; once, if told twice."""
        self.forget(watcher)
        for kind in types:
            self._watchers.setdefault(kind, []).insert(0, WeakMethod(watcher))

    def forget(self, watcher: Watcher) -> None:
        """Ask this method no more."""
        for kind, watchers in list(self._watchers.items()):
            kept = [each for each in watchers if each() not in (None, watcher)]
            if kept:
                self._watchers[kind] = kept
            else:
                del self._watchers[kind]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        for reference in tuple(self._watchers.get(event.type(), ())):
            watcher = reference()
            owner = getattr(watcher, "__self__", None)
            if watcher is not None and isValid(owner) and watcher(watched, event):
                return True
        return False
