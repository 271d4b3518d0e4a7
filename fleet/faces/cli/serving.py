"""The dashboard in a browser: textual-serve starts one follower per visitor, on loopback only.

Whoever reaches the port sees the fleet, so nothing but this machine may, and no page of somebody else's either: a
browser says from which page a request comes (Origin), and under which name it asks (Host).  Nobody acts from there: it
only follows, starts no editor and writes no file.
"""

import importlib
import importlib.util
import shlex
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fleet.decision import ExitCode
from fleet.errors import UsageError

LOOPBACK = "127.0.0.1"
SERVED = "FLEET_SERVED"
"""Set for a dashboard in a browser."""


def serve(profile: Path, history: Path | None, port: int) -> ExitCode:
    """Serve until Ctrl-C."""
    server = make_server(follower_command(profile, history), port)
    print(f"fleet: http://{LOOPBACK}:{port}/ shows what a running fleet watch sees; Ctrl-C ends", file=sys.stderr)
    server.serve()
    return ExitCode.CLEAN


def make_server(command: str, port: int) -> Any:
    """A server of textual-serve that only answers to itself."""
    if importlib.util.find_spec("textual_serve") is None:
        raise UsageError("--serve needs textual-serve: pip install 'fleet-monitor[serve]'")
    base = importlib.import_module("textual_serve.server").Server
    web = importlib.import_module("aiohttp.web")

    @web.middleware  # type: ignore[untyped-decorator]
    async def only_ours(request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        if not is_ours(request.headers.get("Host", ""), request.headers.get("Origin"), port):
            raise web.HTTPForbidden(text="This page shows itself only.")
        return await handler(request)

    class OwnServer(base):  # type: ignore[misc, valid-type]
        async def _make_app(self) -> Any:
            made = await super()._make_app()
            made.middlewares.append(only_ours)
            return made

    return OwnServer(command, host=LOOPBACK, port=port, title="fleet")


def is_ours(host: str, origin: str | None, port: int) -> bool:
    """Whether a request was made under our own name, by our own page or by none."""
    names = {f"{name}:{port}" for name in (LOOPBACK, "localhost")}
    return host in names and (origin is None or origin in {f"http://{name}" for name in names})


def follower_command(profile: Path, history: Path | None) -> str:
    """What runs behind each visitor's page."""
    words = [sys.executable, "-m", "fleet", "watch", str(profile), "--follow"]
    words += ["--history", str(history)] if history is not None else []
    return f"{SERVED}=1 exec {shlex.join(words)}"
