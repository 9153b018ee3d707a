"""The one decoder that the preview looks through, made when it is first needed."""

from __future__ import annotations

import threading
import weakref

from hrd_desktop.services.preview import Previewer
from hrd_desktop.services.session import Session


class SharedPreviewer:
    """Holds the ``Previewer`` of the open session. For background threads; every method may block."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._previewer: Previewer | None = None

    def of(self, session: Session) -> Previewer:
        """The previewer, made now if there is none."""
        with self._guard:
            if self._previewer is None:
                self._previewer = Previewer(session)
                # Its child and its pipes end with the view at the latest, not whenever they are collected.
                weakref.finalize(self, self._previewer.close)
            return self._previewer

    def close(self) -> None:
        """End the decoder for good. Quick, and safe on the main thread: its child is killed, not asked."""
        with self._guard:
            previewer = self._previewer
        if previewer is not None:
            previewer.close()

    def stop(self) -> None:
        """End what is being drawn, if anything is."""
        with self._guard:
            previewer = self._previewer
        if previewer is not None:
            previewer.stop()
