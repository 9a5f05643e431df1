"""The schemas as a second validator reads them, beside the one that `guidec build` uses."""

import json
from functools import lru_cache

from jsonschema import Draft202012Validator

from guidec.data import data_text


@lru_cache(maxsize=3)
def validator(name: str) -> Draft202012Validator:
    schema = json.loads(data_text("grammar", name))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def guideline_validator() -> Draft202012Validator:
    return validator("guideline.schema.json")


def result_validator() -> Draft202012Validator:
    return validator("result.schema.json")
