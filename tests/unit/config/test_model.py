from dataclasses import dataclass

from archfront.config.model import key, schema_of, section


@dataclass(kw_only=True)
class Inner:
    """A part of
    the outer model."""

    count: int = key("How many.", 3, minimum=1)
    change: float = key("Another share.", maximum=1)


@dataclass(kw_only=True)
class Outer:
    """The outer model."""

    name: str = key("A name.", required=True, pattern="^[a-z]+$")
    choice: str | None = key("One of two.", None, enum=["a", "b"])
    size: int | None = key("A size or nothing.", None, minimum=2)
    shares: dict[str, float] = key("Shares.", {}, values={"minimum": 0}, names={"pattern": "x"})
    steps: list[Inner] = key("Steps.", [])
    inner: Inner = section(Inner)
    either: str | Inner = key("A name or a part.", "x", additionalProperties=True)


INNER = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "count": {"description": "How many.", "type": "integer", "minimum": 1, "default": 3},
        "change": {"description": "Another share.", "type": "number", "maximum": 1},
    },
}


def test_the_schema_of_a_model():
    assert schema_of(Outer) == {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {
            "name": {"description": "A name.", "type": "string", "pattern": "^[a-z]+$"},
            "choice": {"description": "One of two.", "enum": ["a", "b"], "default": None},
            "size": {
                "description": "A size or nothing.",
                "type": ["integer", "null"],
                "minimum": 2,
                "default": None,
            },
            "shares": {
                "description": "Shares.",
                "type": "object",
                "propertyNames": {"pattern": "x"},
                "additionalProperties": {"type": "number", "minimum": 0},
                "default": {},
            },
            "steps": {"description": "Steps.", "type": "array", "items": INNER, "default": []},
            "inner": {"description": "A part of the outer model.", **INNER, "default": {}},
            "either": {
                "description": "A name or a part.",
                **INNER,
                "type": ["string", "object"],
                "additionalProperties": True,
                "default": "x",
            },
        },
    }


def test_a_model_without_values_has_the_defaults():
    made = Outer(name="a")
    assert made.inner == Inner() and made.inner.count == 3 and made.steps == []
    made.steps.append(Inner())
    assert Outer(name="b").steps == []
