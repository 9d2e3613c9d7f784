import subprocess
import sys
from importlib import import_module

import pytest

import archfront


def test_importing_archfront_imports_nothing_heavy():
    code = "import archfront, sys; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pandas", "torch", "sklearn", "pymoo"} & set(done.stdout.split())


@pytest.mark.parametrize("name", sorted(archfront.HOME))
def test_every_public_name_is_the_object_of_its_module(name):
    public = getattr(archfront, name)
    assert public is vars(import_module(f"archfront.{archfront.HOME[name]}"))[name]
    assert getattr(public, "__module__", "archfront.").startswith("archfront.")
    assert name in dir(archfront)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'hypervolum'"):
        _ = archfront.hypervolum
