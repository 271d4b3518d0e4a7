"""``fleet validate``: what is wrong with a fleet on paper, and what would it do to mail?"""

from pathlib import Path
from typing import Annotated

import typer

from fleet.faces.cli.validate_asked import FindingsFormat, ValidateAsked
from fleet.model.finding import Severity


def validate(
    profiles: Annotated[list[str], typer.Argument(metavar="PROFILE...", help="Profiles in TOML (- reads stdin).")],
    form: Annotated[
        FindingsFormat, typer.Option("--format", help="full shows the lines of the profile; concise is one line each.")
    ] = FindingsFormat.FULL,
    select: Annotated[
        list[str] | None, typer.Option(help="Only rules whose code begins so (TIER, DNS40); repeat or use commas.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(help="All rules but these; what loses mail is reported all the same.")
    ] = None,
    fail_on: Annotated[Severity, typer.Option(help="Exit 1 from this severity on.")] = Severity.ERROR,
    observed: Annotated[
        bool,
        typer.Option(
            "--observed",
            help="Judge the nodes as they were seen last, too; what was not observed makes it incomplete: exit 3.",
        ),
    ] = False,
    poll: Annotated[bool, typer.Option("--poll", help="With --observed: poll the nodes first, over SSH.")] = False,
    audit: Annotated[
        bool, typer.Option("--audit", help="With --observed: audit the resolvers of the nodes first, through them.")
    ] = False,
    trust_anchor: Annotated[
        list[Path] | None,
        typer.Option(help="With --audit: file of DNSKEY or DS records to trust; repeat.  Default: the root's."),
    ] = None,
    observations: Annotated[
        Path | None, typer.Option(help="What `fleet poll --jsonl` saw, in place of what was seen last.")
    ] = None,
    verdicts: Annotated[
        Path | None, typer.Option(help="What `fleet check --jsonl` said of destinations; the last of each counts.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Make the changes that are safe; comments stay.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="With --fix: show the changes and make none.")] = False,
    baseline: Annotated[
        Path | None, typer.Option(help="Findings known from before; they are counted, and only new ones fail.")
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write what is found now to the file of --baseline.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Validate again whenever a file changes.")] = False,
) -> None:
    """Say what is wrong in profiles, and what it does to mail.

    TOML and names, the layout of tiers, where DANE is on, routes, flows, resolvers, how nodes are reached, logs.

    Exit codes: 0 clean - 1 findings at or over --fail-on - 2 usage, or a profile that cannot be read as it is written
    (any PROFILE error) - 3 with --observed: something was not observed - 130 interrupted.
    Touches no network, unless --poll or --audit says so.
    """
    from fleet.faces.cli.validate_run import validate_once, watch_profiles

    asked = ValidateAsked(
        profiles=tuple(profiles),
        form=form,
        select=_codes(select),
        ignore=_codes(ignore),
        fail_on=fail_on,
        observed=observed,
        observations=observations,
        poll=poll,
        audit=audit,
        anchors=tuple(trust_anchor or ()),
        verdicts=verdicts,
        baseline=baseline,
        write_baseline=write_baseline,
        fix=fix,
        diff=diff,
    )
    raise typer.Exit(watch_profiles(asked) if watch else validate_once(asked))


def _codes(given: list[str] | None) -> tuple[str, ...]:
    return tuple(code.strip().upper() for text in given or () for code in text.split(",") if code.strip())
