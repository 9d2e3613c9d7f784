import pytest
from helpers.runs import ROOT

from archfront.config import reference


@pytest.mark.parametrize(
    ("path", "text"),
    [(reference.SCHEMA, reference.schema_file()), (reference.PAGE, reference.page())],
)
def test_a_file_made_from_the_models_is_up_to_date(path, text):
    assert (ROOT / path).read_text() == text, f"{path} is stale: run `make generate`"
