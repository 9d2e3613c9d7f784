import json
import math

import numpy as np
import pytest
from helpers.fuzz import FUZZ, changed
from hypothesis import given
from hypothesis import strategies as st
from instant import Instant

from archfront.config.user_files import configurations, found_before
from archfront.core.population_table import population_table
from archfront.core.registry import ConfigError

SPACE = Instant().space
ROWS = SPACE.sample(6, 1)


@FUZZ
@given(st.data())
def test_configurations_are_read_right_or_refused(tmp_path, data):
    path = tmp_path / "configurations.json"
    path.write_text(json.dumps(changed(data.draw, SPACE.decode(ROWS))))
    try:
        found = configurations(path, SPACE)
    except ConfigError as error:
        assert str(error).startswith(f"{path}: ") and len(str(error)) > len(str(path)) + 5
    else:
        assert SPACE.encode(found).shape == (len(found), len(SPACE))


@FUZZ
@given(st.data())
def test_tables_are_read_right_or_refused(tmp_path, data):
    path = tmp_path / "front.csv"
    table = population_table(SPACE, ROWS).assign(top1=70.0, reason="").astype(object)
    column = data.draw(st.sampled_from(list(table)))
    action = data.draw(st.sampled_from(["set", "drop", "cut", "binary", "twice"]))
    if action == "set":
        value = data.draw(st.sampled_from([None, -1, 4, 3.5, math.inf, "x", "3 ", 10**30, True]))
        table.loc[data.draw(st.integers(0, len(table) - 1)), column] = value
    elif action == "drop":
        table = table.drop(columns=column)
    text = table.to_csv(index=False)
    if action == "cut":
        text = text[: data.draw(st.integers(0, len(text)))]
    elif action == "twice":
        text += text
    path.write_bytes(b"\xff\xfe\x00" + text.encode() if action == "binary" else text.encode())
    try:
        found, population = found_before(path, SPACE)
    except ConfigError as error:
        assert str(error).startswith(f"{path}: ")
    else:
        assert population.shape == (len(found), len(SPACE))
        assert not SPACE.refused(SPACE.canonical(population)).any()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no JSON file"),
        ("[" * 100_000, "no JSON file"),
        ("{}", "is not of type 'array'"),
        ('[{"ks": 3}]', r"\[0\]\['ks'\]: 3 is not of type 'array'"),
        ('[{"ks": [3], "ks": [5]}]', "the name 'ks' is there twice in one mapping"),
        ('[{"ks": [3], "e": [], "d": []}]', "configuration 0: 'ks' has only 1 values"),
        ('[{"' + "k" * 5_000_000 + '": [3]}]', "configuration 0 has "),
        ('[{"' + "k" * 5_000_000 + '": 3}]', "3 is not of type 'array'"),
        (json.dumps([{f"k{n}": [] for n in range(30_000)}]), "configuration 0 has "),
    ],
    ids=range(9),
)
def test_broken_configurations_name_the_place(tmp_path, content, message):
    path = tmp_path / "configurations.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=message) as refused:
        configurations(path, SPACE)
    assert len(str(refused.value)) < 1_000


@pytest.mark.parametrize("read", [configurations, found_before], ids=["json", "table"])
def test_a_file_of_many_bytes_is_refused_before_it_is_read(tmp_path, read):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(3 << 30)
    with pytest.raises(ConfigError, match="has 3,221,225,472 bytes; allowed: at most 20,000,000"):
        read(path, SPACE)


def test_a_whole_file_gives_back_what_was_written(tmp_path):
    path = tmp_path / "front.csv"
    population_table(SPACE, ROWS).to_csv(path, index=False)
    _, population = found_before(path, SPACE)
    assert np.array_equal(SPACE.canonical(population), SPACE.canonical(ROWS))
