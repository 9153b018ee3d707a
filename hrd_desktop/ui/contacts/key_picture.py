"""Reading a public key from a picture of its QR code, away from the main thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.key_pictures import read_key_picture
from hrd_desktop.services.session import Session
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.operations import Operations


class KeyPictureJob(QObject):
    """Emits ``found`` with the text of the code, or ``refused`` with what to say."""

    found = Signal(str)
    refused = Signal(str)

    def read(self, operations: Operations, path: str) -> None:
        """Look into this picture."""

        def work(session: Session, progress: Progress, cancel: CancelToken) -> str:
            return read_key_picture(session, path)

        job = Job(self.tr("Looking for a QR code"), self)
        job.succeeded.connect(self.found.emit)
        job.failed.connect(self._refuse)
        job.ended.connect(self.deleteLater)
        job.start(operations, work, changes=False)

    def _refuse(self, error: SheafError) -> None:
        self.refused.emit(" ".join(part for part in describe(error) if part))
