import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.limits import at_most
from hypothesis import given
from hypothesis import strategies as st

import archfront
from archfront.core.files import (
    check_regular,
    file_digest,
    forget_emptied,
    open_regular,
    read_json,
    read_lines,
    read_table,
    read_text,
    write_json,
    write_table,
    written_beside,
)

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""SHA-256 of ``abc``, from FIPS 180-2."""


def test_a_file_has_its_new_content_only_at_the_end(tmp_path):
    path = tmp_path / "new folder" / "file"
    with written_beside(path) as beside:
        beside.write_text("one")
        assert not path.exists() and beside.parent == path.parent
    with written_beside(str(path)) as beside:
        beside.write_text("two")
        assert path.read_text() == "one"
    assert path.read_text() == "two" and list(path.parent.iterdir()) == [path]


def test_content_and_name_are_on_the_disk_in_this_order(tmp_path, monkeypatch):
    """A power cut at any moment leaves the old file or the new one."""
    done, sync, replace = [], os.fsync, os.replace
    names = {}

    def synced(descriptor):
        sync(descriptor)
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        content = Path(path).read_text(encoding="utf-8") if path in names else ""
        done.append(("synced", Path(path).suffix, content))

    def replaced(before, after):
        replace(before, after)
        done.append(("renamed", Path(before).suffix))

    monkeypatch.setattr("os.fsync", synced)
    monkeypatch.setattr("os.replace", replaced)
    with written_beside(tmp_path / "file.json") as beside:
        names[str(beside)] = True
        beside.write_text("new")
    assert done == [("synced", ".part", "new"), ("renamed", ".part"), ("synced", "", "")]


@pytest.mark.parametrize("content", [b"", b"\0" * 5000])
def test_what_a_power_cut_emptied_is_named_and_deleted(tmp_path, capsys, content):
    table, whole, log = (tmp_path / name for name in ("a.csv", "b.csv", "a.log"))
    whole.write_text("a\n1\n")
    for path in (table, log):
        path.write_bytes(content)
    for name in ("broken", "sound"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.json").write_text("{}")
    (tmp_path / "broken" / "glyphs.npz").write_bytes(content)
    emptied = [table, tmp_path / "broken" / "glyphs.npz"]
    assert forget_emptied(sorted(tmp_path.iterdir())) == emptied
    told = capsys.readouterr().err.splitlines()
    assert told == [
        f"warning: {path} was empty, as after a power cut; it is made again" for path in emptied
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.log", "b.csv", "sound"]


JOB = """
import sys, types
snakemake = types.SimpleNamespace(input=["results/data", "results/a.csv", "own.csv"])
from job import logged
with logged("job.log"):
    raise ValueError("No columns to parse from file")
"""


def test_a_job_that_fails_names_and_deletes_its_emptied_inputs(tmp_path):
    (tmp_path / "results" / "data").mkdir(parents=True)
    for name in ("results/data/glyphs.npz", "results/a.csv", "own.csv"):
        (tmp_path / name).write_bytes(b"")
    scripts = Path(archfront.__file__).parents[1] / "scripts"
    done = subprocess.run(
        [sys.executable, "-c", JOB],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(scripts)},
    )
    assert done.returncode == 1
    for name in ("results/data/glyphs.npz", "results/a.csv"):
        assert f"warning: {name} was empty, as after a power cut" in done.stderr
    assert list((tmp_path / "results").iterdir()) == [] and (tmp_path / "own.csv").exists()


def test_json_that_is_none_is_named(tmp_path):
    (tmp_path / "verdict.json").write_text("")
    with pytest.raises(ValueError, match=r"verdict\.json cannot be read as JSON: "):
        read_json(tmp_path / "verdict.json")


@pytest.mark.parametrize("error", [OSError("no space left on device"), KeyboardInterrupt()])
def test_a_writer_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(type(error)), written_beside(path) as beside:
        beside.write_text("half of the n")
        raise error
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_json_that_cannot_be_written_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.json"
    write_json(path, {"a": 1})
    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    assert read_json(path) == {"a": 1} and list(tmp_path.iterdir()) == [path]


def test_json_is_for_readers(tmp_path):
    path = tmp_path / "file.json"
    write_json(path, {"name": "Müller", "rows": [1, 0.1]})
    assert path.read_bytes().decode() == (
        '{\n  "name": "Müller",\n  "rows": [\n    1,\n    0.1\n  ]\n}\n'
    )
    assert read_json(path) == {"name": "Müller", "rows": [1, 0.1]}


def test_json_holds_the_numbers_of_numpy(tmp_path):
    path = tmp_path / "file.json"
    write_json(path, {"count": np.int64(3), "error": np.float32(0.5), "all": np.arange(2)})
    assert read_json(path) == {"count": 3, "error": 0.5, "all": [0, 1]}


def test_a_table_has_ten_digits_and_no_index(tmp_path):
    path = tmp_path / "table.csv"
    table = pd.DataFrame({"a": [1 / 3, 12345.678901234], "b": [np.nan, 0.1 + 0.2], "c": [7, 8]})
    write_table(path, table.set_index(pd.Index([5, 6])))
    assert path.read_bytes() == b"a,b,c\n0.3333333333,,7\n12345.6789,0.3,8\n"


DIGEST = (
    st.text("0123456789abcdef", min_size=16, max_size=16)
    | st.text("0123456789", min_size=16, max_size=16)
    | st.from_regex("[0-9]{13}e[0-9]{2}", fullmatch=True)
    | st.sampled_from(["0122e35788717293", "5612131375054998", "1e5", "nan", "None", "true"])
)


@given(st.lists(st.none() | DIGEST, min_size=1, max_size=3))
def test_a_digest_is_text_in_every_table(tmp_path_factory, digests):
    path = tmp_path_factory.getbasetemp() / "table.csv"
    write_table(path, pd.DataFrame({"digest": digests, "value": 1.5}))
    for table in (read_table(path), read_table(path, ["digest"])):
        assert table["digest"].astype(object).where(table["digest"].notna(), None).tolist() == (
            digests
        )


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_every_text_comes_back_from_a_table(tmp_path_factory, texts):
    path = tmp_path_factory.getbasetemp() / "table.csv"
    rows = {"reason": ["two\rlines", *texts], "value": [0.5, *[np.nan] * len(texts)]}
    for table in (pd.DataFrame(rows), pd.DataFrame(rows)[1:]):
        write_table(path, table)
        again = read_table(path)
        assert again["reason"].tolist() == table["reason"].tolist()
        assert np.array_equal(again["value"], table["value"], equal_nan=True)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))))
def test_only_lf_crlf_and_cr_end_a_line(tmp_path_factory, lines):
    path = tmp_path_factory.getbasetemp() / "text"
    for end in ("\n", "\r\n", "\r"):
        path.write_bytes("".join(line + end for line in lines).encode())
        assert read_lines(path) == lines
        path.write_bytes(end.join([*lines, "the last"]).encode())
        assert read_lines(path) == [*lines, "the last"]


def test_names_are_text_and_values_are_numbers(tmp_path):
    path = tmp_path / "table.csv"
    write_table(
        path, pd.DataFrame({"platform": ["007"], "value": [2.5], "seed": [3], "spread": ""})
    )
    table = read_table(path)
    assert table.loc[0, ["platform", "value", "seed"]].tolist() == ["007", 2.5, 3]
    assert np.isnan(table.loc[0, "spread"])


def test_a_table_without_rows_has_its_columns(tmp_path):
    path = tmp_path / "table.csv"
    write_table(path, pd.DataFrame({"digest": [], "value": []}))
    assert read_table(path).columns.tolist() == ["digest", "value"]
    assert pd.api.types.is_string_dtype(read_table(path)["digest"])


IN_ANY_LOCALE = """
import sys
import pandas as pd
from archfront.core.files import *

folder = sys.argv[1]
text = "M\\u00fcller \\u2192 \\u00b5s\\n"
write_text(f"{folder}/text", text)
write_json(f"{folder}/json", {"name": text})
write_table(f"{folder}/table", pd.DataFrame({"reason": [text]}))
assert read_text(f"{folder}/text") == text
assert read_lines(f"{folder}/text") == [text[:-1]]
assert read_json(f"{folder}/json") == {"name": text}
assert read_table(f"{folder}/table")["reason"].tolist() == [text]
"""


def test_files_are_utf_8_in_any_locale(tmp_path):
    """In ASCII, as on many clusters."""
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for name, environment in (("usual", os.environ), ("ascii", os.environ | locale)):
        (tmp_path / name).mkdir()
        asked = [sys.executable, "-c", IN_ANY_LOCALE, tmp_path / name]
        done = subprocess.run(asked, env=environment, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
    for name in ("text", "json", "table"):
        content = (tmp_path / "ascii" / name).read_bytes()
        assert content == (tmp_path / "usual" / name).read_bytes()
        assert "Müller → µs" in content.decode("utf-8")


def test_a_text_in_another_encoding_is_refused_with_its_path_and_line(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_bytes("a: 1\n# Müller\n".encode("latin-1"))
    for read in (read_text, read_json):
        with pytest.raises(ValueError, match=r"config.yaml, line 2: the byte 0xfc is no text in U"):
            read(path)


def test_the_digest_is_that_of_the_whole_file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    assert file_digest(path) == file_digest(str(path)) == ABC
    large = bytes(range(256)) * 4096
    path.write_bytes(large)
    assert file_digest(path) == hashlib.sha256(large).hexdigest()


@pytest.mark.parametrize(
    ("content", "later"), [(b"abcd", 0), (b"xyz", 1)], ids=["another size", "another time"]
)
def test_the_digest_of_a_file_that_changed_is_read_again(tmp_path, content, later):
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    os.utime(path, ns=(0, 10**9))
    assert file_digest(path) == ABC
    path.write_bytes(content)
    os.utime(path, ns=(0, 10**9 + later))
    assert file_digest(path) == hashlib.sha256(content).hexdigest()


def test_a_file_that_did_not_change_is_read_once(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    os.utime(path, ns=(0, 10**9))
    first = file_digest(path)
    path.write_bytes(b"xyz")
    os.utime(path, ns=(0, 10**9))
    assert file_digest(path) == first == ABC


@pytest.mark.skipif(not Path("/proc/self/pagemap").exists(), reason="needs Linux")
def test_a_view_of_the_system_is_no_file_of_a_user():
    check_regular("/proc/cpuinfo")
    for path in ("/proc/self/pagemap", "/proc/cpuinfo"):
        with pytest.raises(ValueError, match="is no regular file but a view of the system"):
            check_regular(path, 100)


def test_an_empty_file_is_regular(tmp_path):
    (tmp_path / "empty").touch()
    check_regular(tmp_path / "empty", 100)
    assert read_text(tmp_path / "empty") == "" and read_lines(tmp_path / "empty") == []


@pytest.mark.parametrize("suffix", [".gz", ".zip", ".xz", ".zst", ".tar", ".bz2"])
def test_a_table_of_any_name_is_text(tmp_path, suffix):
    path = tmp_path / f"table{suffix}"
    write_table(path, pd.DataFrame({"a": [1]}))
    assert read_table(path)["a"].tolist() == [1]


def test_there_is_no_digest_of_a_file_that_is_gone(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    assert file_digest(path) == ABC
    path.unlink()
    with pytest.raises(FileNotFoundError):
        file_digest(path)


@pytest.mark.parametrize("read", [read_text, read_lines, file_digest, read_table])
def test_a_file_without_an_end_is_not_read(tmp_path, read):
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/zero", tmp_path / "pipe"):
        with pytest.raises(ValueError, match=rf"{path}: is no regular file"):
            read(path)


@pytest.mark.parametrize("kind", ["link", "dangling link", "pipe", "folder"])
def test_what_is_no_regular_file_is_not_opened(tmp_path, kind):
    path, other = tmp_path / "log", tmp_path / "other"
    if kind == "link":
        other.write_text("kept")
    if kind.endswith("link"):
        path.symlink_to(other)
    else:
        os.mkfifo(path) if kind == "pipe" else path.mkdir()
    for flags in (os.O_WRONLY | os.O_CREAT | os.O_TRUNC, os.O_RDWR | os.O_CREAT):
        with at_most(20), pytest.raises(OSError, match=f"{path}: is no regular file"):
            open_regular(path, flags)
    assert other.read_text() == "kept" if kind == "link" else not other.exists()


def test_a_regular_file_is_opened(tmp_path):
    path = tmp_path / "log"
    with open(open_regular(path, os.O_WRONLY | os.O_CREAT), "wb") as file:
        file.write(b"text")
    assert path.read_text() == "text"
