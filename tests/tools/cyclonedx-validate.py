#!/usr/bin/env python3
"""cyclonedx-validate FILE...: whether each is CycloneDX 1.6 in JSON, by the schema and the strict validator of its makers."""
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

BAD = 0
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as stream:
        said = JsonStrictValidator(SchemaVersion.V1_6).validate_str(stream.read())
    print("%s: %s" % (path, said or "valid"))
    BAD |= said is not None
sys.exit(BAD)
