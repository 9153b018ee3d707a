"""A folder that another program copies elsewhere is told by its names."""

from __future__ import annotations

from pathlib import Path

import pytest

from hrd_desktop.services.places import synced_folder_name


@pytest.mark.parametrize(
    ("folder", "program"),
    [
        ("Dropbox/x/vault", "Dropbox"),
        ("OneDrive - Org/vault", "OneDrive"),
        ("Nextcloud/vault", "Nextcloud"),
        ("Google Drive/vault", "Google Drive"),
        ("iCloud Drive/vault", "iCloud"),
        ("droplets/vault", None),
        ("my-dropbox-notes", None),
        ("plain/vault", None),
    ],
)
def test_synced_folders_are_told_by_name(tmp_path: Path, folder: str, program: str | None) -> None:
    path = tmp_path / folder
    path.mkdir(parents=True)
    assert synced_folder_name(str(path)) == program


def test_synced_folders_are_told_by_their_marker_and_through_links(tmp_path: Path) -> None:
    (tmp_path / "shared" / "deep" / "vault").mkdir(parents=True)
    (tmp_path / "shared" / ".stfolder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "shared" / "deep")
    assert synced_folder_name(str(tmp_path / "link" / "vault")) == "Syncthing"
    assert synced_folder_name(str(tmp_path / "not" / "yet" / "there")) is None
