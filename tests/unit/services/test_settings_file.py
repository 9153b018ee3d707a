"""The settings file: whole or not there, private, and never believed."""

from __future__ import annotations

import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.domain.errors.settings import SettingsFailedError
from hrd_desktop.services.settings_file import (
    KEPT_VAULTS,
    LOCK_AFTER_MINUTES,
    THEMES,
    Settings,
    SettingsFile,
    find_settings_file,
)
from hrd_desktop.storage.settings_place import settings_paths


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(str(tmp_path / "sheaf" / "settings.json"))


def test_what_was_saved_is_loaded(file: SettingsFile) -> None:
    settings = Settings(
        theme="dark", vaults=("/a", "/\u202eb \udcff"), lock_after_minutes=10, panic_while_locked=True
    )
    file.save(settings)
    assert file.load() == settings
    assert os.listdir(os.path.dirname(file.path)) == ["settings.json"]


def test_changes_from_several_threads_are_all_kept(file: SettingsFile) -> None:
    file.save(Settings())
    names = [f"/{number}" for number in range(KEPT_VAULTS)]

    def add(name: str) -> None:
        def added(settings: Settings) -> Settings:
            time.sleep(0.01)
            return replace(settings, vaults=(*settings.vaults, name))

        file.update(added)

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(add, names))
    assert sorted(file.load().vaults) == sorted(names)


def test_only_the_owner_can_read_it(file: SettingsFile) -> None:
    before = os.umask(0)
    try:
        file.save(Settings())
    finally:
        os.umask(before)
    assert stat.S_IMODE(os.stat(file.path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(file.path)).st_mode) == 0o700


def test_without_a_file_the_defaults_hold_and_nothing_is_made(file: SettingsFile) -> None:
    assert file.load() == Settings(lock_after_minutes=5, panic_while_locked=False)
    assert not os.path.exists(os.path.dirname(file.path))


def test_an_unchanged_file_is_not_written(file: SettingsFile) -> None:
    file.save(Settings())
    written = os.stat(file.path).st_ino
    file.update(lambda settings: settings)
    assert os.stat(file.path).st_ino == written
    assert file.update(lambda settings: settings.with_vault("/a")).vaults == ("/a",)
    assert os.stat(file.path).st_ino != written


def test_the_vault_used_last_comes_first_and_the_list_is_bounded() -> None:
    settings = Settings()
    for number in range(KEPT_VAULTS + 3):
        settings = settings.with_vault(f"/{number}")
    assert len(settings.vaults) == KEPT_VAULTS
    settings = settings.with_vault("/5")
    assert settings.vaults[0] == "/5"
    assert settings.vaults.count("/5") == 1
    assert "/5" not in settings.without_vault("/5").vaults


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"theme": 1, "vaults": "x", "lock_after_minutes": true, "panic_while_locked": 1}',
        b'{"theme": "pink", "language": "xx", "vaults": ["relative", 3, ""], "lock_after_minutes": 0}',
    ],
)
def test_a_damaged_or_foreign_file_is_as_none(file: SettingsFile, content: bytes) -> None:
    os.makedirs(os.path.dirname(file.path))
    Path(file.path).write_bytes(content)
    assert file.load() == Settings()


def test_a_link_or_a_pipe_in_its_place_is_not_read(file: SettingsFile, tmp_path: Path) -> None:
    os.makedirs(os.path.dirname(file.path))
    (tmp_path / "other").write_text('{"theme": "dark"}')
    os.symlink(tmp_path / "other", file.path)
    assert file.load() == Settings()
    os.unlink(file.path)
    os.mkfifo(file.path)
    assert file.load() == Settings()


@given(
    st.dictionaries(
        st.sampled_from(["language", "theme", "vaults", "lock_after_minutes", "panic_while_locked", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        ),
    )
)
def test_whatever_it_says_stays_within_bounds(untrusted: dict[str, object]) -> None:
    import json
    import tempfile

    with tempfile.NamedTemporaryFile() as made:
        made.write(json.dumps(untrusted).encode())
        made.flush()
        settings = SettingsFile(made.name).load()
    assert settings.theme in THEMES
    assert settings.language == "en"
    assert settings.lock_after_minutes in LOCK_AFTER_MINUTES
    assert all(path.startswith("/") for path in settings.vaults)
    assert len(settings.vaults) <= KEPT_VAULTS


def test_what_cannot_be_saved_leaves_the_old_file_whole(file: SettingsFile) -> None:
    file.save(Settings(theme="dark"))
    # A folder in the place of the temporary file: for root too, it can be neither unlinked nor opened.
    os.mkdir(file.path + ".new")
    with pytest.raises(SettingsFailedError):
        file.save(Settings(theme="light"))
    assert file.load().theme == "dark"


def test_it_is_the_file_that_a_wipe_removes(tmp_home: Path) -> None:
    found = find_settings_file(os.environ)
    assert found is not None
    assert [found.path, found.path + ".new"] == settings_paths(os.environ)
    assert found.path == str(tmp_home / ".config" / "sheaf" / "settings.json")
