"""A progress bar on stderr, only where a person is looking at it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(total: int, doing: str, *, streaming: bool = False) -> Iterator[Callable[[], None]]:
    """Yield a function that counts one piece of work as done; silent for a single piece or without a terminal.

    ``streaming``: results go to stdout meanwhile, so there is no bar where that is a terminal too.
    """
    if total < 2 or not sys.stderr.isatty() or (streaming and sys.stdout.isatty()):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Rich would send what is printed meanwhile to the console of the bar: results must stay on stdout.
    bar = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False)
    with bar:
        task = bar.add_task(doing, total=total)
        yield lambda: bar.advance(task)
