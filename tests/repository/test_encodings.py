"""Every text file has the encoding UTF-8, whatever the locale: each call that opens one says so.
Ruff's PLW1514 finds only the calls whose object it knows to be a path."""

import ast

from helpers.runs import ROOT

FILES = [
    path for room in ("workflow", "benchmarks") for path in sorted((ROOT / room).rglob("*.py"))
]
WRITING = set("wax+")


def texts_opened(source: str) -> list[tuple[ast.Call, bool]]:
    """The calls that open a file for text, and whether they write to it."""
    found = []
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("read_text", "write_text"):
            found.append((call, call.func.attr == "write_text"))
        if isinstance(call.func, ast.Name) and call.func.id == "open":
            modes = [a.value for a in call.args[1:2] if isinstance(a, ast.Constant)]
            modes += [k.value.value for k in call.keywords if k.arg == "mode"]
            mode = "".join(modes) or "r"
            if "b" not in mode:
                found.append((call, bool(WRITING & set(mode))))
    return found


def silent(source: str) -> list[int]:
    """The lines of calls that leave the encoding, or the ends of the lines they write, to the
    locale or the system."""
    return [
        call.lineno
        for call, writes in texts_opened(source)
        if {"encoding", *(["newline"] if writes else [])} - {k.arg for k in call.keywords}
    ]


def test_every_text_file_is_opened_with_its_encoding():
    found = {path: silent(path.read_text(encoding="utf-8")) for path in FILES}
    assert {str(path): lines for path, lines in found.items() if lines} == {}


def test_the_check_sees_what_is_left_out():
    for source in ("p.read_text()", "p.write_text(t, encoding='utf-8')", "open(p)", "open(p, 'a')"):
        assert silent(source) == [1], source
    right = "open(p, 'rb'); p.read_text(encoding='utf-8'); open(p, 'w', encoding='u', newline='')"
    assert silent(right) == []
