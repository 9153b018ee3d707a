"""Where ``hrd-vault`` starts: straight to the panic path, or to everything else."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command of ``sys.argv`` and return its exit code.

    ``panic`` must start like a bare interpreter, so nothing is imported for it that it does not need.
    """
    if sys.argv[1:2] == ["panic"]:
        from hrd_desktop.cli.panic import main as panic

        return panic(sys.argv[2:])
    from hrd_desktop.cli.main import main as command

    return command()


if __name__ == "__main__":
    sys.exit(main())


if __name__ == "__main__":
    sys.exit(main())
