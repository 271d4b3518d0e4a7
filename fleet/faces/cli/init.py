"""``fleet init``: a first profile."""

import sys
from typing import Annotated

import typer

from fleet.faces.cli.validate_asked import InitSource


def init(
    source: Annotated[
        InitSource | None, typer.Option("--from", help="What FILE is: a list of gateways that exists already.")
    ] = None,
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="With --from: the list (- reads stdin).")] = None,
) -> None:
    """Print a first profile: a starter, or from a list.

    A list is a table (csv), an OpenSSH client configuration, or an Ansible inventory: the INI form, or what
    `ansible-inventory --list` prints.

    Redirect it to a file and validate that: `fleet init > fleet.toml && fleet validate fleet.toml`.

    Exit codes: 0 - 2 usage, or a list that names no gateway.
    """
    from pathlib import Path

    from fleet.errors import UsageError
    from fleet.faces.cli.given import STDIN, read_text, whole
    from fleet.profile import init as first

    if source is None:
        if file is not None:
            raise UsageError("say what the file is: --from csv, ssh-config or ansible")
        text = first.starter()
    else:
        if file is None:
            raise UsageError(f"--from {source} needs the file, or - for standard input")
        make = {
            InitSource.CSV: first.from_csv,
            InitSource.SSH_CONFIG: first.from_ssh_config,
            InitSource.ANSIBLE: first.from_ansible,
        }[source]
        text = make(
            whole(sys.stdin.buffer, "stdin").decode("utf-8", "replace") if file == STDIN else read_text(Path(file))
        )
    print(text, end="")
