"""``fleet check``: would mail to these destinations be delivered under DANE, fall back or be held, and why?"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fleet.errors import UsageError
from fleet.model import Mode, Policy, Require


def check(
    domains: Annotated[
        list[str] | None, typer.Argument(metavar="DOMAIN...", help="Destinations (- reads stdin).")
    ] = None,
    file: Annotated[
        list[str] | None, typer.Option("-f", "--file", help="File of destinations, one a line (- is stdin); repeat.")
    ] = None,
    resolver: Annotated[
        list[str] | None,
        typer.Option(help="Resolver ADDRESS[:PORT], in the order they are asked; repeat.  Default: the system's."),
    ] = None,
    mode: Annotated[
        Mode, typer.Option(help="The mode the exit code speaks for; both are always computed.")
    ] = Mode.OPPORTUNISTIC,
    policy: Annotated[
        Policy | None,
        typer.Option(help="Whose rules decide; all are computed.  Default: asyncos; with --from each node's own."),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(help="With --from: the fleet, as a profile in TOML; its destinations are the default."),
    ] = None,
    sender: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="NODE|TIER",
            help="Check as this node, or each node of this tier, would: its resolvers, its network; repeat.",
        ),
    ] = None,
    smtp: Annotated[
        bool, typer.Option("--smtp", help="With --from: talk to mail servers from the nodes too (as ssh.smtp = true).")
    ] = False,
    daneverify: Annotated[
        bool,
        typer.Option("--daneverify", help="With --from: let appliances run their own check as well, and compare."),
    ] = False,
    require: Annotated[
        Require | None, typer.Option(help="dane: a fallback is exit 1 too.  dns-ready: enough with --no-smtp.")
    ] = None,
    trust_anchor: Annotated[
        list[Path] | None,
        typer.Option(
            help="DS/DNSKEY records or root-anchors.xml; repeat.  Where none is the root's: its keys 20326 and 38696."
        ),
    ] = None,
    timeout: Annotated[float, typer.Option(min=1, max=3600, help="Seconds for one destination.")] = 60.0,
    jobs: Annotated[int, typer.Option(min=1, max=1000, help="Destinations checked at the same time.")] = 32,
    no_smtp: Annotated[bool, typer.Option("--no-smtp", help="DNS only: at most 'dns-ready' can be said.")] = False,
    network: Annotated[
        Path | None, typer.Option(help="Map of (address, port) to other sockets, as `fleet lab` writes one.")
    ] = None,
    transcript: Annotated[
        bool, typer.Option("--transcript", help="Say it in the appliance's daneverify words.")
    ] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="The chain of trust from the root down, the failing link marked; rows and records."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One JSON document a line, as each destination finishes.")
    ] = False,
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Judge the resolvers instead: validates, passes, strips or unknown.")
    ] = False,
    reference: Annotated[
        list[str] | None,
        typer.Option(
            help="With --self-test: good=NAME, bogus=NAME or unsigned=NAME in place of the built-in names; repeat."
        ),
    ] = None,
) -> None:
    """Check destinations live: MX, address, TLSA, STARTTLS and certificate, of every host and every address.

    Exit codes: 0 delivered (under DANE, or by a fallback unless --require dane), or undeliverable whatever DANE says -
    1 mail held - 2 usage - 3 something was not tested or is unknown - 130 interrupted.  Never sends mail.
    """
    from fleet.faces.cli.asked import Asked, Format
    from fleet.faces.cli.check_output import write_checks
    from fleet.faces.cli.run import RunSettings, question_seconds
    from fleet.faces.cli.world import open_world, read_destinations

    asked = [
        form
        for form, wanted in (
            (Format.TRANSCRIPT, transcript),
            (Format.EXPLAIN, explain),
            (Format.JSON, as_json),
            (Format.JSONL, jsonl),
        )
        if wanted
    ]
    if len(asked) > 1:
        raise UsageError(f"--{asked[0]} and --{asked[1]} exclude each other: choose one form of output")
    form = asked[0] if asked else Format.TABLE
    if sender:
        from fleet.faces.cli.check_from_run import FromAsked, write_checks_from

        if profile is None:
            raise UsageError("--from names nodes of a profile: give --profile too")
        if self_test or reference or resolver or network:
            raise UsageError("--from asks the node's resolvers over its network: no other can be named beside it")
        if smtp and no_smtp:
            raise UsageError("--smtp and --no-smtp exclude each other")
        asked_from = FromAsked(
            profile,
            tuple(sender),
            tuple(domains or ()),
            tuple(file or ()),
            tuple(trust_anchor or ()),
            RunSettings(timeout=timeout, jobs=jobs, smtp=not no_smtp),
            form,
            policy,
            mode,
            require,
            smtp,
            daneverify,
        )
        raise typer.Exit(write_checks_from(asked_from))
    if profile is not None or smtp or daneverify:
        raise UsageError("--profile, --smtp and --daneverify go with --from")
    policy = policy or Policy.ASYNCOS
    world = open_world(network, resolver or (), trust_anchor or ())
    if self_test:
        from fleet.faces.cli.self_test import read_references, write_self_test

        if domains or file or form not in (Format.TABLE, Format.JSON):
            raise UsageError("--self-test judges resolvers: it takes no destinations and prints a table or --json")
        if require or no_smtp:
            raise UsageError("--self-test judges resolvers: --require and --no-smtp say nothing there")
        references = read_references(reference or ())
        raise typer.Exit(write_self_test(world, references, policy, timeout=question_seconds(timeout), as_json=as_json))
    if reference:
        raise UsageError("--reference goes with --self-test")
    if require is Require.DNS_READY and not no_smtp:
        raise UsageError("--require dns-ready goes with --no-smtp")
    names = read_destinations(domains or (), file or (), sys.stdin.buffer)
    settings = RunSettings(timeout=timeout, jobs=jobs, smtp=not no_smtp)
    raise typer.Exit(write_checks(world, names, settings, form, Asked(policy, mode, require)))
