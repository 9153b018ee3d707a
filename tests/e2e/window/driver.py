"""Looks at a window through the accessibility tree, as a screen reader does, and presses what it finds.

Run by the system's own Python, which is the one that has AT-SPI. Reads one JSON request a line from standard
input and answers each with one line: what was asked for, or ``{"error": …}``. It imports nothing of ours.
"""

import json
import os
import sys
import time

import gi

gi.require_version("Atspi", "2.0")

from gi.repository import Atspi, GLib  # noqa: E402  # which version is asked for before

PAUSE_S = 0.02
#: The longest a single call to the program may take: longer than any stall we would accept.
CALL_MS = 5_000


class NotThere(Exception):
    """What was looked for has not come in time."""


def find_application(pid):
    """The tree of this process; a process that replaced itself comes back as a new one."""
    desktop = Atspi.get_desktop(0)
    desktop.clear_cache()
    # The newest last: one that has gone may linger for a moment.
    for number in reversed(range(desktop.get_child_count())):
        try:
            application = desktop.get_child_at_index(number)
            if application is not None and application.get_process_id() == pid:
                application.set_cache_mask(Atspi.Cache.NONE)
                return application
        except GLib.Error:
            continue
    return None


def walk(accessible, hidden=False):
    """Yield everything beneath, parents first; what is not shown only when it is asked for."""
    for number in range(accessible.get_child_count()):
        child = accessible.get_child_at_index(number)
        if child is None:
            continue
        states = child.get_state_set()
        if states.contains(Atspi.StateType.DEFUNCT):
            continue
        if not hidden and not states.contains(Atspi.StateType.SHOWING):
            continue
        yield child, states
        # A list may have a hundred thousand rows, and each of them would be asked.
        if not states.contains(Atspi.StateType.MANAGES_DESCENDANTS):
            yield from walk(child, hidden)


def fits(accessible, states, wanted):
    """Whether this is what was asked for: a name, and perhaps a role and states."""
    if "role" in wanted and accessible.get_role_name() != wanted["role"]:
        return False
    if "name" in wanted and accessible.get_name() != wanted["name"]:
        return False
    if "contains" in wanted and wanted["contains"] not in accessible.get_name():
        return False
    return all(states.contains(getattr(Atspi.StateType, each.upper())) for each in wanted.get("states", ()))


def find(request):
    """The first one that fits, or None."""
    return next(find_all(request), None)


def find_all(request):
    """Yield everything that fits."""
    application = find_application(request["pid"])
    if application is not None:
        for accessible, states in walk(application):
            if fits(accessible, states, request):
                yield accessible


def until(request, look):
    """Ask ``look`` again until it answers something, or the time is over."""
    ends = time.monotonic() + request.get("timeout_s", 40)
    while True:
        try:
            found = look()
            if found is not None:
                return found
        except GLib.Error:
            # It went away between two questions.
            pass
        if time.monotonic() > ends:
            raise NotThere()
        time.sleep(PAUSE_S)


def wait(request):
    """Wait until something fits; says where it is on the screen."""

    def look():
        accessible = find(request)
        return None if accessible is None else describe(accessible, accessible.get_state_set(), 0)

    return until(request, look)


def gone(request):
    """Wait until nothing fits."""
    return until(request, lambda: True if find(request) is None else None)


def press(request):
    """Do what a press does, as soon as the control can be pressed."""
    wanted = {"states": ("enabled",), **request}

    def look():
        # A page may have the name of the button that shows it; a label that of its field.
        able = (each for each in find_all(wanted) if each.get_n_actions() > 0)
        accessible = next(able, None)
        if accessible is None:
            return None
        names = [accessible.get_action_name(each) for each in range(accessible.get_n_actions())]
        preferred = [names.index(each) for each in ("Press", "Toggle") if each in names]
        return True if accessible.do_action(preferred[0] if preferred else 0) else None

    return until(request, look)


def focus(request):
    """Give the keyboard to it and wait until it has it."""
    # The label beside a field has the field's name, too.
    wanted = {"states": ("focusable", "enabled"), **request}

    def look():
        accessible = find(wanted)
        if accessible is None:
            return None
        if accessible.get_state_set().contains(Atspi.StateType.FOCUSED):
            return True
        accessible.grab_focus()
        return True if accessible.get_state_set().contains(Atspi.StateType.FOCUSED) else None

    return until(request, look)


def text(request):
    """What is written in it, once that is what was waited for (``equals``), if anything was."""
    wanted = {"states": ("focusable",), **request}

    def look():
        accessible = find(wanted)
        if accessible is None:
            return None
        said = Atspi.Text.get_text(accessible, 0, -1)
        return said if request.get("equals") in (None, said) else None

    return until(request, look)


def labels_of(accessible):
    """The names of the labels that belong to it."""
    return [
        relation.get_target(number).get_name()
        for relation in accessible.get_relation_set()
        if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY
        for number in range(relation.get_n_targets())
    ]


def describe(accessible, states, depth):
    """What is known of one control."""
    place = Atspi.Component.get_extents(accessible, Atspi.CoordType.SCREEN)
    return {
        "name": accessible.get_name(),
        "role": accessible.get_role_name(),
        "description": accessible.get_description(),
        "labelled_by": labels_of(accessible),
        "focusable": states.contains(Atspi.StateType.FOCUSABLE),
        "enabled": states.contains(Atspi.StateType.ENABLED),
        "focused": states.contains(Atspi.StateType.FOCUSED),
        "place": [place.x, place.y, place.width, place.height],
        "depth": depth,
    }


def tree(request):
    """Everything that is shown."""

    def look():
        application = find_application(request["pid"])
        if application is None:
            return None
        return [describe(accessible, states, 0) for accessible, states in walk(application)]

    return until(request, look)


def rows(request):
    """The names of the rows of a list, and how many there are."""

    def look():
        accessible = find(request)
        if accessible is None:
            return None
        count = accessible.get_child_count()
        names = [accessible.get_child_at_index(each).get_name() for each in range(min(count, 50))]
        return {"count": count, "names": names}

    return until(request, look)


COMMANDS = {
    "focus": focus,
    "gone": gone,
    "press": press,
    "rows": rows,
    "text": text,
    "tree": tree,
    "wait": wait,
}


def main():
    """Answer until the other side hangs up."""
    Atspi.init()
    Atspi.set_timeout(CALL_MS, CALL_MS)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"answer": COMMANDS[request["do"]](request)}
        except NotThere:
            answer = {"error": "not there in time"}
        except GLib.Error as error:
            answer = {"error": error.message}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    # Threads of D-Bus are of no more use.
    os._exit(0)


main()
