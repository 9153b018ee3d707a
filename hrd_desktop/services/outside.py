"""The originals that still lie outside the vault after an import, folder by folder."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass

from hrd_desktop.domain.ingest import IngestReport
from hrd_desktop.services.places import synced_folder_name


@dataclass(frozen=True, repr=False)
class Outside:
    """A folder with originals. ``synced_by`` names the program that copies it to other machines, if seen."""

    folder: str
    files: int
    synced_by: str | None


def list_outside(report: IngestReport) -> tuple[Outside, ...]:
    """The folders of everything that is in the vault now, those with the most files first.

    Reads the folders' names and looks for marker files in them and above; changes nothing.
    """
    paths = [known.path for known in report.items] + [known.path for known in report.duplicates]
    counts = Counter(os.path.dirname(os.path.abspath(path)) for path in paths)
    return tuple(Outside(folder, files, synced_folder_name(folder)) for folder, files in counts.most_common())
