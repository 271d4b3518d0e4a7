"""``fleet``, from the shell or as ``python -m fleet``: the one place that sees what happens before a command runs.

Loading the command line takes a moment; Ctrl-C then, or help written to a full disk, ends in a sentence too.
"""

import sys


def main() -> None:
    """Load the command line and run it."""
    try:
        from fleet.faces.cli import main as run  # noqa: PLC0415  inside, so that an interruption of it is seen

        run()
    except KeyboardInterrupt:
        print("fleet: interrupted", file=sys.stderr)
        sys.exit(130)
    except OSError as error:
        print(f"fleet: {error.strerror or error}: what was asked is not done", file=sys.stderr)
        sys.exit(3)


if __name__ == "__main__":
    main()
