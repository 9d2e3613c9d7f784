import importlib

import pytest

from archfront.core.extras import MissingExtra, explained


def test_other_missing_modules_stay_as_they_are():
    with pytest.raises(ModuleNotFoundError, match="nothing_here") as caught, explained():
        importlib.import_module("nothing_here")
    assert not isinstance(caught.value, MissingExtra)


def test_an_explained_error_keeps_the_name_of_the_module():
    with pytest.raises(MissingExtra) as error, explained(), explained():
        raise ModuleNotFoundError("No module named 'torch'", name="torch")
    assert error.value.name == "torch" and str(error.value).count("pip install") == 1
