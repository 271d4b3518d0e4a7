"""``fleet schema``: the shape of a profile, for editors."""


def schema() -> None:
    """Print the JSON Schema of a profile, for editors.

    Editors that know TOML complete and check keys by it.

    Exit codes: 0 always.
    """
    from fleet.plain import dumps
    from fleet.profile import json_schema

    print(dumps(json_schema(), indent=2))
