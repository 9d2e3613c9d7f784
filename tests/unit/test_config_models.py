"""The models of the config, and the files that are made from them."""

import os
import subprocess
import sys
from dataclasses import dataclass

import pytest
from runs import CONFIG, ROOT

from archfront.config import reference
from archfront.config.experiment import validated
from archfront.config.model import key, schema_of, section
from archfront.config.models import Experiment
from archfront.config.schema import schema
from archfront.core.objective import OBJECTIVES, PLUGINS
from archfront.paper import targets
from archfront.tactics import TACTICS, in_batches, tactic


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


@pytest.mark.parametrize(
    ("path", "text"),
    [(reference.SCHEMA, reference.schema_file()), (reference.PAGE, reference.page())],
)
def test_a_file_made_from_the_models_is_up_to_date(path, text):
    assert (ROOT / path).read_text() == text, f"{path} is stale: run `make generate`"


def test_defaults_of_the_models_are_those_of_a_validated_config():
    made, found = Experiment(experiment="small", platforms={}), validated(CONFIG)
    for name in ("beam", "length_penalty", "latency_seconds", "validation_precision"):
        assert getattr(made.measurement, name) == found["measurement"][name]
    assert made.warm_start.tactics == found["warm_start"]["tactics"]


@pytest.mark.parametrize("given", [1, 1.0, 0.6])
def test_no_value_is_converted(given):
    config = CONFIG | {"measurement": CONFIG["measurement"] | {"length_penalty": given}}
    found = validated(config)["measurement"]["length_penalty"]
    assert found == given and type(found) is type(given)


def test_a_validated_config_has_plain_values():
    def types(value):
        inner = value.values() if isinstance(value, dict) else value
        yield type(value)
        if isinstance(value, (dict, list)):
            for one in inner:
                yield from types(one)

    assert set(types(validated(CONFIG))) <= {dict, list, str, int, float, bool, type(None)}


def test_the_settings_of_the_paper_are_those_with_targets():
    assert schema()["properties"]["paper"]["enum"] == list(targets.SETTINGS)


def test_what_a_tactic_can_do_is_an_attribute_of_its_class():
    does = {name: tactic(name) for name in TACTICS}
    searching = [name for name, one in does.items() if one.searches_on_predictors]
    assert searching == ["concurrent", "concurrent_paper"]
    assert [name for name, one in does.items() if one.starts_small_to_large] == ["concurrent"]
    assert [name for name, one in does.items() if "optuna" in one.packages] == [
        "optuna_nsga2",
        "optuna_tpe",
    ]
    assert in_batches("concurrent_warm") and in_batches("concurrent_paper_popdb")
    assert not any(in_batches(name) for name in ("full", "full_warm", "samples", "from_here"))


def test_what_an_objective_can_do_is_an_attribute_of_its_class():
    assert {name for name, one in OBJECTIVES.items() if one.precisions} == {"top1", "bleu"}
    assert {name for name, one in OBJECTIVES.items() if one.sums_over_blocks} == {"latency"}


@pytest.mark.parametrize(
    "module",
    ["core.supernet", "core.validation", "core.objective", "core.archive", "core.platform"],
)
def test_a_job_can_import_any_module_first_though_a_plug_in_objective_is_registered(module):
    """The module of the objective imports the super-network's interface."""
    environment = os.environ | {
        PLUGINS: "own:energy",
        "PYTHONPATH": f"{ROOT / 'workflow'}:{ROOT / 'tests' / 'plugins'}",
    }
    program = (
        f"import archfront.{module}; from archfront.core.objective import *; OBJECTIVES['energy']"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
