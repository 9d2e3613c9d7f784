"""The import of fairseq, tested on small packages of its name."""

import dataclasses
import sys

import pytest

from archfront.core.registry import ConfigError
from archfront.tasks import fairseq_data

WITH_A_DATA_CLASS_AS_DEFAULT = """
from dataclasses import dataclass

@dataclass
class Common:
    seed: int = 1

@dataclass()
class Config:
    common: Common = Common()
"""
DATA_UTILS = """
from pathlib import Path

class Sentence(list):
    tolist = list.copy

def load_indexed_dataset(prefix):
    if Path(prefix + ".idx").exists():
        return [Sentence([4, 5, 2]), Sentence([6, 2])]
"""


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """A folder for packages. What is imported from it is forgotten afterwards."""

    def forget():
        fairseq_data.import_fairseq.cache_clear()
        for name in [n for n in sys.modules if n.partition(".")[0] in ("fairseq", "other")]:
            del sys.modules[name]

    before = {n: m for n, m in sys.modules.items() if n.partition(".")[0] == "fairseq"}
    forget()
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    forget()
    sys.modules.update(before)


@pytest.fixture
def fairseq(packages):
    data = packages / "fairseq" / "data"
    data.mkdir(parents=True)
    (packages / "fairseq" / "__init__.py").write_text(WITH_A_DATA_CLASS_AS_DEFAULT)
    (data / "__init__.py").write_text("")
    (data / "data_utils.py").write_text(DATA_UTILS)
    return packages


def test_data_classes_may_be_defaults_in_fairseq(fairseq):
    genuine = dataclasses.dataclass
    found = fairseq_data.import_fairseq()
    assert found.Config().common.seed == 1 and hash(found.Common()) == hash(found.Common())
    assert dataclasses.dataclass is genuine and fairseq_data.import_fairseq() is found


def test_the_data_classes_of_other_packages_stay_as_they_are(fairseq):
    (fairseq / "other.py").write_text(
        "from dataclasses import dataclass\n\n\n@dataclass\nclass Point:\n    x: int = 1\n"
    )
    (fairseq / "fairseq" / "__init__.py").write_text("from other import Point\n")
    found = fairseq_data.import_fairseq()
    with pytest.raises(TypeError, match="unhashable"):
        hash(found.Point())


@pytest.mark.parametrize("broken", [False, True], ids=["absent", "broken"])
def test_without_fairseq_it_says_how_to_install_it(packages, monkeypatch, broken):
    genuine = dataclasses.dataclass
    if broken:
        (packages / "fairseq.py").write_text("import no_such_module\n")
    else:
        monkeypatch.setitem(sys.modules, "fairseq", None)  # as if it were not installed
    with pytest.raises(ConfigError, match=r"^supernet\.data: .*`make fairseq` installs it, and"):
        fairseq_data.import_fairseq()
    assert dataclasses.dataclass is genuine


def test_sentences_are_lists_of_tokens(fairseq):
    (fairseq / "test.en-de.en.idx").touch()
    assert fairseq_data.sentences(fairseq / "test.en-de.en") == [[4, 5, 2], [6, 2]]
    with pytest.raises(ConfigError, match=r"test\.en-de\.de\.idx does not exist or cannot be read"):
        fairseq_data.sentences(fairseq / "test.en-de.de")
