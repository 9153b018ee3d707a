"""The commands of hrd-vault put together, and every failure turned into its promised exit code."""

from __future__ import annotations

import os
import sys

import click

from hrd_desktop.cli import (
    backup_commands,
    bundle_commands,
    case_commands,
    contact_commands,
    custody_commands,
    item_commands,
    key_file_commands,
    receive_commands,
    rehearse,
    rescue_commands,
    reserve_commands,
    restore_commands,
    share_commands,
    slot_commands,
    vault_commands,
)
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


class _Commands(click.Group):
    """Lists the commands in the order of a vault's life rather than of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


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


for _module in (
    vault_commands,
    item_commands,
    case_commands,
    contact_commands,
    bundle_commands,
    custody_commands,
    receive_commands,
    backup_commands,
    restore_commands,
    slot_commands,
    share_commands,
    rescue_commands,
    key_file_commands,
    reserve_commands,
    rehearse,
):
    for _command in _module.COMMANDS:
        commands.add_command(_command)


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
