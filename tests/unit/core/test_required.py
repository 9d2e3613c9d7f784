import pytest

from archfront.core.required import required


def test_only_none_is_refused_with_the_name_of_the_value():
    assert required(0, "count") == 0 and required("", "path") == ""
    with pytest.raises(TypeError, match="count is needed here, and is None"):
        required(None, "count")
