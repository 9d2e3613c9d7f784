"""The records that a line of the store may hold. No other content is fatal."""

import json

import pytest
from helpers.stores import key, line, record, run, values, written
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archfront.measurement.record import record_of
from archfront.measurement.store import Measurement, MeasurementStore, key_digest

BAD = {
    "null": ("null", "null is no record; a record is a JSON object"),
    "a list": ("[1]", "[1] is no record; a record is a JSON object"),
    "no JSON": ("{", "no JSON: Expecting property name"),
    "deep": ("[" * 100_000, "no JSON: "),
    "a long integer": ('{"key":' + "9" * 5000 + "}", "no JSON: "),
    "no value": (json.dumps({"key": key(2)}), "value is missing"),
    "a key that is none": (record(2, key=None), "key is null; it must be an object"),
    "no objective": (record(2, key=key(2) | {"objective": 3}), "key.objective is 3; it must be t"),
    "no platform": (
        record(2, key=key(2) | {"platform": "cpu"}),
        'key.platform is "cpu"; it must b',
    ),
    "text as a value": (record(2, value="70"), 'value is "70"; it must be a finite number or null'),
    "NaN": (record(2, value=float("nan")), "value is NaN; it must be a finite number or null"),
    "infinity": (record(2, value=float("inf")), "value is Infinity; it must be a finite number"),
    "truth": (record(2, value=True), "value is true; it must be a finite number or null"),
    "too large": (record(2, value=10**400), "value is 1000"),
    "never finished": (
        record(2, finished=None),
        "finished is null; it must be a number of seconds",
    ),
    "started as text": (record(2, started="now"), 'started is "now"; it must be a number of sec'),
    "the year 300000": (record(2, finished=1e13), "finished is 10000000000000.0; it must be"),
    "no reason": (record(2, reason=None), "reason is null; it must be text"),
    "no detail": (record(2, detail=None), "detail is null; it must be an object"),
    "shared by none": (record(2, detail={"together": 0}), 'detail is {"together": 0}; it must be'),
    "half a character": (record(2, session="\ud800"), 'session is "\\ud800"; it must be text'),
    "facts": (json.dumps({"session": "a", "facts": 1}), "facts is 1; it must be an object"),
    "no session": (json.dumps({"facts": {}}), "session is missing"),
    "a processor": (
        json.dumps({"session": "a", "facts": {"processor": 1}}),
        "facts.processor is 1; it must be text",
    ),
}


@pytest.mark.parametrize(("text", "fault"), BAD.values(), ids=BAD)
def test_a_bad_line_is_named_and_no_command_dies(tmp_path, capsys, text, fault):
    store, file = tmp_path / "store", tmp_path / "file.jsonl"
    written(store, [1])
    file.write_bytes(line(text) + line(record(3)))
    named = f"line 1: {fault}"
    assert run(store, "import", file) == 1
    told = capsys.readouterr()
    assert told.out == f"1 new measurements taken into {store}\n"
    assert told.err.startswith(f"{file}: 1 damaged lines were left out ({named}")
    foreign = store / "foreign.jsonl"
    foreign.write_bytes(line(text))
    assert values(store) == [1, 3]
    assert f"warning: {foreign}: 1 damaged lines are left out ({named}" in capsys.readouterr().err
    assert run(store, "check") == 1
    assert f"{foreign}: 1 damaged lines of 1 ({named}" in capsys.readouterr().out
    found = MeasurementStore(store).find(key_digest(key(number)) for number in (1, 2, 3))
    assert sorted(m.value for m in found.values()) == [1, 3]
    assert run(store, "export", tmp_path / "all.jsonl") == 0


def test_a_wanted_bad_line_is_named_by_a_job(tmp_path, capsys):
    (tmp_path / "foreign.jsonl").write_bytes(line(record(1)) + line(record(2, value="70")))
    digests = [key_digest(key(1)), key_digest(key(2))]
    assert list(MeasurementStore(tmp_path).find(digests)) == digests[:1]
    assert 'foreign.jsonl: 1 damaged lines are left out (line 2: value is "70"' in (
        capsys.readouterr().err
    )


def test_many_bad_lines_are_counted_and_the_first_are_named(tmp_path, capsys):
    (tmp_path / "foreign.jsonl").write_bytes(line("null") * 5)
    assert run(tmp_path, "check") == 1
    told = capsys.readouterr().out
    assert "5 damaged lines of 5 (line 1: null" in told
    assert "line 3: null" in told and "line 4" not in told and "; 2 more)" in told


def test_what_a_newer_version_writes_is_read_and_kept(tmp_path, capsys):
    store, file = tmp_path / "store", tmp_path / "file.jsonl"
    newer = line(record(1, weather="fine")) + line('{"weather":"fine"}')
    file.write_bytes(newer)
    assert run(store, "import", file) == 0 and values(store) == [1]
    assert [m.value for m in MeasurementStore(store).find([key_digest(key(1))]).values()] == [1]
    assert run(store, "check") == 0 and run(store, "export", tmp_path / "all.jsonl") == 0
    assert (tmp_path / "all.jsonl").read_bytes() == newer


def test_a_key_without_the_usual_entries_is_listed(tmp_path):
    (tmp_path / "foreign.jsonl").write_bytes(line(record(1, key={"n": 1})))
    table = MeasurementStore(tmp_path).table()
    assert table[["objective", "supernet", "n"]].astype(object).values.tolist() == [[None, None, 1]]
    assert run(tmp_path, "check") == 0


@pytest.mark.parametrize("changed", [{"value": "70"}, {"finished": float("nan")}, {"detail": []}])
def test_what_no_reader_could_use_is_not_written(tmp_path, changed):
    (field,) = changed
    with pytest.raises(ValueError, match=f"^{field} is .*; it must be"):
        MeasurementStore(tmp_path).append(Measurement(**{"key": key(1), "value": 1.0} | changed))
    assert list(tmp_path.iterdir()) == []


def test_a_reason_of_half_a_character_is_written_with_an_escape(tmp_path):
    MeasurementStore(tmp_path).append(Measurement(key(1), None, reason="no file \udcff"))
    assert [m.reason for m in MeasurementStore(tmp_path).measurements()] == ["no file \\udcff"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)
CHANGES = st.dictionaries(st.sampled_from([*json.loads(record(1)), "new"]), ANYTHING, max_size=2)
KEYS = st.dictionaries(st.sampled_from([*key(1), "platform", "images"]), ANYTHING, max_size=2).map(
    lambda changed: key(1) | changed
)


def by_hand(store, texts):
    """The store holds these lines in a file of its own, and no others."""
    store.mkdir(exist_ok=True)
    (store / "foreign.jsonl").write_bytes(b"".join(map(line, texts)))


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(CHANGES, max_size=3), KEYS, st.dictionaries(st.text(max_size=9), ANYTHING))
def test_every_command_takes_every_store(tmp_path, changes, changed_key, facts):
    """Each line is used, or is named as bad."""
    store = tmp_path / "store"
    texts = [record(number, **changed) for number, changed in enumerate(changes)]
    texts.append(record(9, key=changed_key))
    texts.append(json.dumps({"session": "another-1-00000000", "facts": facts}))
    by_hand(store, [*texts, record(10)])
    bad = [text for text in texts if not _good(text)]
    assert run(store, "check") == (1 if bad else 0)
    reader = MeasurementStore(store)
    used = len(reader.measurements()) + len(reader.sessions())
    assert used == len(set(texts)) + 1 - len(set(bad))
    assert reader.find([key_digest(key(10))])[key_digest(key(10))].value == 10.0
    assert run(store, "export", tmp_path / "all.jsonl") == 0


def _good(text):
    try:
        record_of(text.encode())
    except ValueError:
        return False
    return True


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.binary(max_size=40) | ANYTHING.map(lambda a: line(json.dumps(a))), max_size=6))
def test_a_file_of_anything_is_taken_or_refused_by_name(tmp_path, parts):
    file = tmp_path / "file.jsonl"
    file.write_bytes(b"".join(parts))
    assert run(tmp_path / "store", "import", file) in (0, 1)
    assert values(tmp_path / "store") == []


@given(
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.floats(),
    st.text(),
    st.tuples(*[st.floats(0, 9e9)] * 2),
    st.dictionaries(st.text(), ANYTHING).filter(lambda detail: "together" not in detail),
)
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_appended_is_read_as_it_was(tmp_path_factory, value, spread, reason, times, detail):
    folder = tmp_path_factory.mktemp("store")
    store = MeasurementStore(folder)
    store.append(Measurement(key(1), value, spread, reason, *times, detail=detail))
    (read,) = MeasurementStore(folder).measurements()
    assert (read.value, read.reason, read.started, read.finished) == (value, reason, *times)
    assert read.spread == spread or (read.spread != read.spread and spread != spread)
    assert json.dumps(read.detail) == json.dumps(detail)
