import pytest

from archfront.config.schema import schema


def keys(schema, place=""):
    for key, part in schema.get("properties", {}).items():
        yield f"{place}{key}", part
        yield from keys(part, f"{place}{key}.")
        each = part.get("additionalProperties")
        if isinstance(each, dict):
            yield from keys(each, f"{place}{key}.<name>.")


@pytest.mark.parametrize(("place", "part"), [*keys(schema())])
def test_every_key_is_described_and_has_a_default(place, part):
    """Changes of another section have none, and another experiment is named in full."""
    assert part["description"].endswith(".")
    required = "experiment", "platforms", "supernet.name"
    without = place in required or place.startswith(("budgets.", "constraint.", "warm_start.run."))
    assert ("default" in part) is not without
