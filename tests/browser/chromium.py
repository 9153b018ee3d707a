"""A stock browser without a window, driven by WebDriver with the standard library only."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

#: Nothing but what the test asks for: no services in the background, no first-run pages, no network.
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND", "--lang=en"),
)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
WAIT_SECONDS = 120


class Browser:
    """One browser with one window; pages are opened from disk."""

    def __init__(self, folder: Path) -> None:
        driver = shutil.which("chromedriver")
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if driver is None or program is None:
            pytest.skip("chromium and chromium-driver are not installed (scripts/packages-test.txt)")
        self.downloads = folder / "downloads"
        self.downloads.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"successfully on port (\d+)", line):
                self._base = f"http://127.0.0.1:{found[1]}/session"
                break
        else:
            raise RuntimeError("chromedriver ended")
        options = {
            "binary": program,
            "args": [*FLAGS, f"--user-data-dir={folder / 'profile'}"],
            "prefs": {
                "download.default_directory": str(self.downloads),
                "download.prompt_for_download": False,
                # A script presses several buttons without the gesture that tells a person from a page.
                "profile.default_content_setting_values.automatic_downloads": 1,
            },
        }
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        self._base += "/" + self._call("", wanted)["sessionId"]

    def close(self) -> None:
        """End the browser and its driver."""
        try:
            self._call("", method="DELETE")
        finally:
            self._process.terminate()
            self._process.wait(10)
            if self._process.stdout is not None:
                self._process.stdout.close()

    def open(self, page: Path) -> None:
        """Open a file of the disk, as a double click would."""
        self._call("/url", {"url": page.absolute().as_uri()})

    def run(self, script: str, *arguments: object) -> Any:
        """Run the body of a function in the page and give what it returns."""
        return self._call("/execute/sync", {"script": script, "args": list(arguments)})

    def wait_for(self, script: str, seconds: float = WAIT_SECONDS) -> Any:
        """The first value of this expression that is neither null nor false."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := self.run(f"return {script};"):
                return value
            time.sleep(0.02)
        raise AssertionError(f"still not true: {script}")

    def find(self, name: str) -> str:
        """The element with this id."""
        found: str = self._call("/element", {"using": "css selector", "value": f"#{name}"})[ELEMENT]
        return found

    def choose(self, name: str, *paths: Path) -> None:
        """Choose files or a folder in the field with this id, as its dialog would."""
        node = self.cdp("DOM.getDocument", depth=0)["root"]["nodeId"]
        field = self.cdp("DOM.querySelector", nodeId=node, selector=f"#{name}")["nodeId"]
        self.cdp("DOM.setFileInputFiles", nodeId=field, files=[str(path.absolute()) for path in paths])

    def type(self, name: str, text: str) -> None:
        """Type into the field with this id."""
        self._call(f"/element/{self.find(name)}/value", {"text": text})

    def click(self, name: str) -> None:
        """Click the element with this id."""
        self._call(f"/element/{self.find(name)}/click", {})

    def cdp(self, command: str, **parameters: object) -> Any:
        """A command of the browser's own protocol."""
        return self._call("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def errors(self) -> list[str]:
        """What the browser complained of since it was last asked: scripts, policy, network."""
        return [entry["message"] for entry in self._call("/se/log", {"type": "browser"})]

    def saved(self, name: str, size_bytes: int, seconds: float = WAIT_SECONDS) -> Path:
        """The downloaded file, once it is whole."""
        path = self.downloads / name
        return _wait(lambda: path if path.exists() and path.stat().st_size == size_bytes else None, seconds)

    def _call(self, path: str, body: object = None, method: str | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._base + path, data, {"Content-Type": "application/json"}, method=method
        )
        # No proxy of the surroundings for a driver on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=WAIT_SECONDS + 60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(json.load(error)["value"]["message"]) from None


def _wait(find: Callable[[], Path | None], seconds: float) -> Path:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := find():
            return found
        time.sleep(0.02)
    raise AssertionError("nothing was saved")
