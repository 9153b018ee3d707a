"""import, list, show, cat, edit, delete, undelete, destroy."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import Any

import click

from hrd_desktop.cli.context import (
    Invocation,
    afterwork,
    interruptible,
    open_session,
    print_json,
    vault_options,
    warn,
)
from hrd_desktop.cli.counted import counted
from hrd_desktop.cli.messages import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_PARTLY, render
from hrd_desktop.cli.progress import terminal_progress
from hrd_desktop.domain.errors.base import Cancelled, UsageError
from hrd_desktop.domain.errors.vault import (
    DiskFailedError,
    DiskFullError,
    NotPermittedError,
    VaultReadOnlyError,
)
from hrd_desktop.domain.ingest import IngestReport
from hrd_desktop.domain.names import shown
from hrd_desktop.domain.records import Item, ItemState
from hrd_desktop.services.bin import delete, undelete
from hrd_desktop.services.cases import find_or_add_case, register
from hrd_desktop.services.derive import derive_pending
from hrd_desktop.services.destroy import destroy
from hrd_desktop.services.edit import clean_tags, edit
from hrd_desktop.services.fields import FIELD_NAMES, as_texts
from hrd_desktop.services.find_item import load_item, load_items
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.listing import ListRequest, list_items
from hrd_desktop.services.view import ItemView, view_item

DEFAULT_WORK_LANES = 2

#: Failures that are of the vault's disk and not of the file: the rest can come in once the cause is mended.
_MENDABLE = {error.code for error in (DiskFullError, DiskFailedError, NotPermittedError, VaultReadOnlyError)}


class ConfirmationNeeded(UsageError):
    """The command destroys something and was not given ``--yes``."""

    code = "yes-needed"


def utc_text(moment: datetime | None) -> str | None:
    """RFC 3339 with ``Z``, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment is not None else None


def item_document(item: Item) -> dict[str, Any]:
    """The promised fields of an item in a JSON list."""
    return {
        "id": str(item.id),
        "ref": item.reference,
        "title": item.details.title,
        "cases": list(item.cases),
        "tags": list(item.tags),
        "sha256": item.sha256.hex(),
        "size": item.size_bytes,
        "media_type": item.media_type,
        "imported_at": utc_text(item.imported_utc),
    }


@click.command("import")
@click.argument("vault")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=bytes))
@click.option("--case", "case", metavar="REF", help="Register in this case; it is opened if there is none.")
@click.option("--tag", "tags", multiple=True, metavar="TAG")
@click.option("--source", default="", metavar="TEXT", help="Where it comes from.")
@click.option(
    "--lanes", type=click.IntRange(1, 16), default=DEFAULT_WORK_LANES, help="Files taken in at once."
)
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_obj
def import_command(
    invocation: Invocation,
    vault: str,
    paths: tuple[bytes, ...],
    case: str | None,
    tags: tuple[str, ...],
    source: str,
    lanes: int,
    as_json: bool,
) -> int:
    """Take files in, byte for byte. Folders are taken with everything in them."""
    cleaned = clean_tags(tags)
    with open_session(invocation, vault) as session:
        case_id = find_or_add_case(session, case).id if case is not None else None
        with interruptible(invocation.cancel):
            report = Ingest(
                session,
                IngestChoices(case_id=case_id, tags=cleaned, source=source),
                work_lanes=lanes,
                progress=terminal_progress(),
                cancel=invocation.cancel,
                new_id=lambda: new_uuid(invocation.random),
            ).run(list(paths))
            interrupted = report.cancelled
            # Now, and not after looking into the files: what is listed here is in, whatever happens then.
            _print_report(report, as_json)
            sys.stdout.flush()
            if report.items and not interrupted and not session.vault.read_only:
                try:
                    with afterwork():
                        derive_pending(session, cancel=invocation.cancel)
                except Cancelled:
                    # All files are in; what was not looked into yet is, before the next search.
                    interrupted = True
    if interrupted:
        return EXIT_INTERRUPTED
    if not report.failed:
        return EXIT_DONE
    return EXIT_PARTLY if report.items or report.duplicates else EXIT_FAILED


def _print_report(report: IngestReport, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "items": [
                    {
                        "id": str(done.item.id),
                        "ref": done.item.reference,
                        "sha256": done.item.sha256.hex(),
                        "size": done.item.size_bytes,
                        "media_type": done.item.media_type,
                        "path": done.path,
                    }
                    for done in report.items
                ],
                "duplicates": [
                    {"path": known.path, "id": str(known.item_id), "ref": known.reference}
                    for known in report.duplicates
                ],
                "failed": [{"path": failed.path, "code": failed.code} for failed in report.failed],
            }
        )
    else:
        if report.items:
            lines = (f"{done.item.reference}  in            {shown(done.path)}" for done in report.items)
            click.echo("\n".join(lines))
        for known in report.duplicates:
            click.echo(f"{known.reference}  already here  {shown(known.path)}")
    for failed in report.failed:
        # A disk that fails at the very end of a change leaves open whether it is in; what is certain is that
        # nothing was acknowledged, and that taking the file in again does no harm.
        doubtful = failed.code in (DiskFailedError.code, NotPermittedError.code)
        words = "not acknowledged" if doubtful else "not taken in"
        warn(f"{words} ({failed.code}): {shown(failed.path)}")
    if report.no_room is not None:
        warn(render(report.no_room))
    if any(failed.code in _MENDABLE for failed in report.failed):
        warn("What is listed as in is safe in the vault. Mend the cause, then import the rest again.")


@click.command("list")
@click.argument("vault")
@click.option(
    "--query", metavar="WORDS", help="Words to look for, in titles, notes, tags, names, texts and more."
)
@click.option("--case", "case", metavar="REF")
@click.option("--tag", "tag", metavar="TAG")
@click.option("--bin", "in_bin", is_flag=True, help="What was deleted.")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_obj
def list_command(
    invocation: Invocation,
    vault: str,
    query: str | None,
    case: str | None,
    tag: str | None,
    in_bin: bool,
    as_json: bool,
) -> int:
    """List items, newest first; with --query the best matches first."""
    with open_session(invocation, vault) as session:
        if query is not None and not session.vault.read_only:
            with interruptible(invocation.cancel):
                derive_pending(session, cancel=invocation.cancel)
        state = ItemState.BINNED if in_bin else ItemState.KEPT
        request = ListRequest(words=query, case=case, tag=tag, state=state)
        known = len(session.vault.notices)
        items = list_items(session, request)
        if query is not None and len(session.vault.notices) > known:
            # The index was damaged and has been made again; the words inside files are not in it yet.
            with interruptible(invocation.cancel):
                derive_pending(session, cancel=invocation.cancel)
            items = list_items(session, request)
    if as_json:
        print_json({"items": [item_document(item) for item in items]})
    else:
        for item in items:
            click.echo(
                f"{item.reference}  {item.size_bytes:>12}  {item.media_type:<28}  {shown(item.details.title)}"
            )
    return EXIT_DONE


@click.command("show")
@click.argument("vault")
@click.argument("item_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_obj
def show_command(invocation: Invocation, vault: str, item_id: str, as_json: bool) -> int:
    """Show one item: record, what was found in the file, custody events."""
    with open_session(invocation, vault) as session:
        item = load_item(session, item_id)
        if not session.vault.read_only:
            derive_pending(session, cancel=invocation.cancel, only=item.id)
        view = view_item(session, item.id)
    if as_json:
        print_json(_view_document(view))
    else:
        _print_view(view)
    return EXIT_DONE


def _view_document(view: ItemView) -> dict[str, Any]:
    item = view.item
    return {
        **item_document(item),
        "state": item.state.value,
        "original_name": item.original_name,
        "original_modified_at": utc_text(item.original_modified_utc),
        "changed_at": utc_text(item.changed_utc),
        "record": as_texts(item.details),
        "people": [{"alias": alias, "how": how} for alias, how in view.people],
        "found": [{"name": field.name, "value": field.value} for field in view.found],
        "derived_from": [str(other) for other in view.derived_from],
        "custody": view.custody,
    }


def _print_view(view: ItemView) -> None:
    item = view.item
    click.echo(f"{item.reference}  {shown(item.details.title)}")
    rows = [
        ("id", str(item.id)),
        ("state", item.state.value),
        ("original name", item.original_name),
        ("media type", item.media_type),
        ("size", counted(item.size_bytes, "byte", "bytes")),
        ("sha256", item.sha256.hex()),
        ("imported", utc_text(item.imported_utc) or ""),
        ("cases", ", ".join(item.cases)),
        ("tags", ", ".join(item.tags)),
    ]
    rows += [
        (name.replace("_", " "), text) for name, text in as_texts(item.details).items() if name != "title"
    ]
    rows += [("person", f"{alias} ({how})") for alias, how in view.people]
    for name, value in rows:
        if value:
            click.echo(f"  {name:<20} {shown(value)}")
    if view.found:
        click.echo("found in the file")
        for field in view.found:
            click.echo(f"  {field.name:<20} {shown(field.value)}")
    click.echo("custody (this computer's clock)")
    for event in view.custody:
        details = ", ".join(
            f"{name} {value}"
            for name, value in event.items()
            if value is not None and name in {"actor", "from", "to", "reason", "changed"}
        )
        click.echo(f"  {event.get('time')}  {event.get('action')}  {shown(details)}".rstrip())


@click.command("cat")
@click.argument("vault")
@click.argument("item_id", metavar="ID")
@vault_options
@click.pass_obj
def cat_command(invocation: Invocation, vault: str, item_id: str) -> int:
    """Write the exact original bytes to standard output."""
    with open_session(invocation, vault) as session:
        item = load_item(session, item_id)
        sys.stdout.flush()
        with session.vault.objects.open(item.object_name, (item.size_bytes, item.sha256)) as reader:
            for piece in reader.iter_content():
                _write_all(piece)
    return EXIT_DONE


def _write_all(piece: bytes | memoryview) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(sys.stdout.fileno(), view) :]


@click.command("edit")
@click.argument("vault")
@click.argument("item_id", metavar="ID")
@click.option("--title", metavar="T")
@click.option("--note", metavar="T")
@click.option("--case", "case", metavar="REF", help="Register in this case; it is opened if there is none.")
@click.option("--tag", "tags", multiple=True, metavar="T", help="Add a tag.")
@click.option("--untag", "untags", multiple=True, metavar="T", help="Take a tag off.")
@click.option(
    "--set", "settings", multiple=True, metavar="FIELD=VALUE", help="Fields: " + " ".join(FIELD_NAMES) + "."
)
@vault_options
@click.pass_obj
def edit_command(
    invocation: Invocation,
    vault: str,
    item_id: str,
    title: str | None,
    note: str | None,
    case: str | None,
    tags: tuple[str, ...],
    untags: tuple[str, ...],
    settings: tuple[str, ...],
) -> int:
    """Change an item's record. Its bytes never change."""
    values: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise click.UsageError("--set takes FIELD=VALUE")
        values[name.strip()] = value
    if title is not None:
        values["title"] = title
    if note is not None:
        values["note"] = note
    with open_session(invocation, vault) as session:
        item = load_item(session, item_id)
        edit(session, item.id, values, add_tags=tags, remove_tags=untags)
        if case is not None:
            register(session, item.id, find_or_add_case(session, case).id)
        with afterwork():
            derive_pending(session, cancel=invocation.cancel, only=item.id)
    return EXIT_DONE


@click.command("delete")
@click.argument("vault")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@vault_options
@click.pass_obj
def delete_command(invocation: Invocation, vault: str, ids: tuple[str, ...]) -> int:
    """Move items to the bin. Nothing is destroyed."""
    with open_session(invocation, vault) as session:
        delete(session, [item.id for item in load_items(session, ids)])
    return EXIT_DONE


@click.command("undelete")
@click.argument("vault")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@vault_options
@click.pass_obj
def undelete_command(invocation: Invocation, vault: str, ids: tuple[str, ...]) -> int:
    """Take items out of the bin."""
    with open_session(invocation, vault) as session:
        undelete(session, [item.id for item in load_items(session, ids)])
    return EXIT_DONE


@click.command("destroy")
@click.argument("vault")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--yes", is_flag=True, help="Required: it cannot be undone.")
@vault_options
@click.pass_obj
def destroy_command(invocation: Invocation, vault: str, ids: tuple[str, ...], yes: bool) -> int:
    """Overwrite the items' keys and remove them. Copies in backups are not reached."""
    if not yes:
        raise ConfirmationNeeded()
    with open_session(invocation, vault) as session:
        destroy(session, [item.id for item in load_items(session, ids)])
    return EXIT_DONE


COMMANDS = (
    import_command,
    list_command,
    show_command,
    cat_command,
    edit_command,
    delete_command,
    undelete_command,
    destroy_command,
)
