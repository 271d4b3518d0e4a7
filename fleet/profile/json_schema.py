"""The JSON Schema of a profile, for editors that complete and check TOML by one.

Made from the same table of keys that reading uses.  A schema cannot see everything a reader sees (names that lead
nowhere, circles, what stands twice): it refuses nothing that reading accepts.  May import modules of this room.
"""

from fleet.profile.keys import FORMAT, PROFILE
from fleet.profile.kinds import Json

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> Json:
    """The schema, Draft 2020-12.  Dates are strings of the format ``date``, as TOML editors see them."""
    schema = PROFILE.json()
    properties = schema["properties"]
    assert isinstance(properties, dict)
    return {
        "$schema": DRAFT,
        "title": FORMAT,
        "description": "A fleet of mail gateways, as `fleet validate` reads it.",
        **schema,
        "properties": {**properties, "format": {"const": FORMAT, "description": properties["format"]["description"]}},
    }
