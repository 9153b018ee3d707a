"""The one decoder that the preview looks through, made when it is first needed."""

from __future__ import annotations

import threading

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
            return self._previewer

    def stop(self) -> None:
        """End what is being drawn, if anything is."""
        with self._guard:
            previewer = self._previewer
        if previewer is not None:
            previewer.stop()
