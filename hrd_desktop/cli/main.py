"""The commands of hrd-vault put together, and every failure turned into its promised exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from hrd_desktop.cli.context import Invocation, warn
from hrd_desktop.cli.messages import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_PARTLY,
    EXIT_USAGE,
    exit_code_of,
    render,
)
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.version import VERSION
from hrd_desktop.process.hardening import harden_process
from hrd_desktop.process.network import give_up_network

#: Every command in the order of a vault's life, by the module that has it.
MODULES = {
    "vault_commands": ("create", "unlock-test", "verify"),
    "item_commands": ("import", "list", "show", "cat", "edit", "delete", "undelete", "destroy"),
    "case_commands": ("cases",),
    "contact_commands": ("contacts",),
    "bundle_commands": ("export", "check-bundle"),
    "custody_commands": ("receipt", "check-receipt", "countersign"),
    "receive_commands": ("receive",),
    "backup_commands": ("backup", "backup-check"),
    "restore_commands": ("backup-list", "restore", "backup-drill"),
    "slot_commands": ("slots",),
    "share_commands": ("shares",),
    "rescue_commands": ("rescue",),
    "key_file_commands": ("key-file",),
    "reserve_commands": ("reserve",),
    "rehearse": ("rehearse",),
}


class _Commands(click.Group):
    """Loads the module of a command when it is asked for: most of a short command's time is imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*(name for names in MODULES.values() for name in names), *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for module, names in MODULES.items():
            if cmd_name in names:
                commands: Sequence[click.Command] = import_module(f"hrd_desktop.cli.{module}").COMMANDS
                return next(command for command in commands if command.name == cmd_name)
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(VERSION, message="%(version)s")
@click.pass_context
def commands(context: click.Context) -> None:
    """Keep evidence and contacts in an encrypted vault, and let bundles out that anybody can check.

    A passphrase is asked for, or read from --passphrase-file; never from an argument or the
    environment. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not opened, 4 integrity, 5 in use,
    6 partly done, 130 interrupted.
    """
    context.ensure_object(Invocation)


@commands.command("panic")
@click.argument("vault")
@click.option("--yes", is_flag=True, help="Required: nothing else is asked.")
@click.option("--keys-only", is_flag=True, help="Overwrite the keys and leave the files.")
@click.option("--keep-settings", is_flag=True, help="Leave the settings file, which names other vaults too.")
@click.option("--json", "as_json", is_flag=True)
def panic_help(vault: str, yes: bool, keys_only: bool, keep_settings: bool, as_json: bool) -> int:
    """Overwrite the vault's keys at once, then everything else. Needs no passphrase."""
    # The entry point takes panic before any of this is imported; this text is for --help, and for a call
    # through another way in.
    from hrd_desktop.cli.panic import main as panic

    given = {
        "--yes": yes,
        "--keys-only": keys_only,
        "--keep-settings": keep_settings,
        "--json": as_json,
    }
    return panic([*(flag for flag, chosen in given.items() if chosen), "--", vault])


def main() -> int:
    """Run one command. Returns the exit code."""
    harden_process()
    give_up_network()
    invocation = Invocation()
    try:
        result = commands.main(
            args=sys.argv[1:], prog_name="hrd-vault", standalone_mode=False, obj=invocation
        )
    except click.exceptions.Abort:
        warn("Interrupted.")
        return EXIT_INTERRUPTED
    except KeyboardInterrupt:
        warn("Interrupted.")
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except SheafError as error:
        warn(render(error))
        return exit_code_of(error)
    except BrokenPipeError:
        # Whoever was reading has gone. Nothing more can be said to them, and Python must not try at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    code = result if isinstance(result, int) else EXIT_DONE
    return EXIT_PARTLY if code == EXIT_DONE and invocation.afterwork_failed else code
