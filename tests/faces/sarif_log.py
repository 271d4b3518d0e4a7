"""What a SARIF 2.1.0 log must be, as far as our exporter goes: written from the standard's sections, as a JSON Schema.

Every object is closed, so a property the standard does not know under that name is found; ranges, enumerations and
required properties are the standard's.
"""

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER_FROM_1: Schema = {"type": "integer", "minimum": 1}
INDEX: Schema = {"type": "integer", "minimum": -1}
LEVEL: Schema = {"enum": ["none", "note", "warning", "error"]}
BAG: Schema = {"type": "object"}


def closed(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def array(items: Schema, unique: bool = False) -> Schema:
    return {"type": "array", "items": items, "uniqueItems": unique}


MULTIFORMAT = closed(("text",), text=TEXT, markdown=TEXT)  # 3.12
MESSAGE = closed(("text",), text=TEXT, markdown=TEXT)  # 3.11; ours never uses ids
REGION = closed(  # 3.30
    startLine=NUMBER_FROM_1,
    startColumn=NUMBER_FROM_1,
    endLine=NUMBER_FROM_1,
    endColumn=NUMBER_FROM_1,
    snippet=closed(text=TEXT),
)
ARTIFACT = closed(uri={"type": "string", "format": "uri-reference"}, uriBaseId=TEXT)  # 3.4
PHYSICAL = closed(("artifactLocation",), artifactLocation=ARTIFACT, region=REGION)  # 3.29
LOGICAL = closed(name=TEXT, fullyQualifiedName=TEXT, kind=TEXT)  # 3.33
LOCATION = closed(  # 3.28
    id={"type": "integer", "minimum": -1},
    physicalLocation=PHYSICAL,
    logicalLocations=array(LOGICAL, unique=True),
    message=MESSAGE,
)
RULE = closed(  # 3.49
    ("id",),
    id=TEXT,
    shortDescription=MULTIFORMAT,
    fullDescription=MULTIFORMAT,
    help=MULTIFORMAT,
    defaultConfiguration=closed(level=LEVEL),
    properties=BAG,
)
DRIVER = closed(("name",), name=TEXT, version=TEXT, semanticVersion=TEXT, rules=array(RULE, unique=True))  # 3.19
SUPPRESSION = closed(("kind",), kind={"enum": ["inSource", "external"]}, justification=TEXT)  # 3.35
RESULT = closed(  # 3.27
    ("message",),
    ruleId=TEXT,
    ruleIndex=INDEX,
    level=LEVEL,
    message=MESSAGE,
    locations=array(LOCATION),
    relatedLocations=array(LOCATION, unique=True),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    suppressions=array(SUPPRESSION, unique=True),
    properties=BAG,
)
NOTIFICATION = closed(("message",), level=LEVEL, message=MESSAGE, locations=array(LOCATION, unique=True))  # 3.58
INVOCATION = closed(  # 3.20
    ("executionSuccessful",),
    executionSuccessful={"type": "boolean"},
    exitCode={"type": "integer"},
    toolExecutionNotifications=array(NOTIFICATION),
)
RUN = closed(  # 3.14
    ("tool",),
    tool=closed(("driver",), driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations=array(INVOCATION),
    results=array(RESULT),
)
LOG = closed(("version", "runs"), version={"const": "2.1.0"}, runs=array(RUN)) | {  # 3.13
    "$schema": "https://json-schema.org/draft/2020-12/schema"
}
LOG["properties"]["$schema"] = {"type": "string", "format": "uri"}
