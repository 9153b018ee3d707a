"""Two private D-Bus buses, one as the session's and one as the system's, with a fake session manager on them.

The code of a test runs in a program of its own: Qt connects to each bus once in the life of a process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

needs_buses = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon")

#: What every test's code finds: an application, the buses, a fake logind and what was heard.
_PRELUDE = """
import os, sys, time
from PySide6.QtCore import ClassInfo, Property, QCoreApplication, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusObjectPath, QDBusUnixFileDescriptor

application = QCoreApplication([])
_heard = []

def say(*words):
    _heard.append(" ".join(str(word) for word in words))
    print(_heard[-1], flush=True)

def heard():
    return " ".join(_heard)

def until(what, limit_s=20):
    end = time.monotonic() + limit_s
    while not what():
        assert time.monotonic() < end, "hangs"
        application.processEvents()
        time.sleep(0.005)

def wait(seconds):
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end)

@ClassInfo({"D-Bus Interface": "org.freedesktop.login1.Manager"})
class Manager(QObject):
    can_power_off = "yes"
    asked = set()
    inhibited = ()

    @Slot(str, str, str, str, result=QDBusUnixFileDescriptor)
    def Inhibit(self, what, who, why, mode):
        self.asked.add("Inhibit")
        self.inhibited = (what, who, mode)
        self.end, other = os.pipe()
        os.set_blocking(self.end, False)
        answer = QDBusUnixFileDescriptor(other)
        os.close(other)
        return answer

    def is_held(self):
        try:
            return os.read(self.end, 1) != b""
        except BlockingIOError:
            return True

    @Slot(str, result=QDBusObjectPath)
    def GetSession(self, number):
        self.asked.add("GetSession " + number)
        return QDBusObjectPath("/org/freedesktop/login1/session/_1")

    @Slot(result=str)
    def CanPowerOff(self):
        return self.can_power_off

    @Slot(bool)
    def PowerOff(self, interactive):
        say("PowerOff", interactive)

@ClassInfo({"D-Bus Interface": "org.freedesktop.login1.Session"})
class Session(QObject):
    active = True
    Active = Property(bool, lambda self: self.active)

@ClassInfo({"D-Bus Interface": "org.freedesktop.UPower"})
class Power(QObject):
    closed = False
    LidIsClosed = Property(bool, lambda self: self.closed)

session = QDBusConnection.connectToBus(os.environ["DBUS_SESSION_BUS_ADDRESS"], "fake-session")
system = QDBusConnection.connectToBus(os.environ["DBUS_SYSTEM_BUS_ADDRESS"], "fake-system")
assert session.isConnected() and system.isConnected()
logind = Manager()
assert system.registerService("org.freedesktop.login1")
everything = QDBusConnection.RegisterOption.ExportAllSlots
assert system.registerObject("/org/freedesktop/login1", logind, everything)

with_properties = QDBusConnection.RegisterOption.ExportAllProperties
ours, power = Session(), Power()
assert system.registerService("org.freedesktop.UPower")
assert system.registerObject("/org/freedesktop/login1/session/_1", ours, with_properties)
assert system.registerObject("/org/freedesktop/UPower", power, with_properties)

def tell_change(path, interface):
    send(system, path, "org.freedesktop.DBus.Properties", "PropertiesChanged", interface, {}, [])

def send(bus, path, interface, name, *arguments):
    message = QDBusMessage.createSignal(path, interface, name)
    message.setArguments(list(arguments))
    assert bus.send(message)
"""


def run_on_buses(project: Path, code: str) -> list[str]:
    """Run ``code`` after the prelude, on fresh buses; the lines that it said."""
    folder = Path(os.environ["HOME"]) / "buses"
    folder.mkdir()
    daemons: list[subprocess.Popen[bytes]] = []
    environment = {**os.environ, "PYTHONPATH": str(project)}
    try:
        for kind in ("session", "system"):
            daemon = subprocess.Popen(
                [
                    *("dbus-daemon", "--session", "--nofork", "--print-address"),
                    f"--address=unix:path={folder / kind}",
                ],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            daemons.append(daemon)
            assert daemon.stdout is not None
            address = daemon.stdout.readline().decode().strip()
            environment[f"DBUS_{kind.upper()}_BUS_ADDRESS"] = address
        done = subprocess.run(
            [sys.executable, "-c", _PRELUDE + code],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()
    finally:
        for daemon in daemons:
            daemon.kill()
            daemon.wait()
            if daemon.stdout is not None:
                daemon.stdout.close()
