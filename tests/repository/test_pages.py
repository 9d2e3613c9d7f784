"""No text of a user becomes code of the browser: where NiceGUI parses a text, it is a constant."""

import ast

import pytest
from helpers.runs import ROOT

PAGES = [*sorted((ROOT / "workflow/archfront/pages").glob("*.py")), ROOT / "workflow/ui.py"]
PARSED = {"props", "classes", "style", "add_slot", "add_css", "run_javascript"}
MARKED_UP = {"markdown", "code", "mermaid", "restructured_text", "add_head_html", "add_body_html"}
"""``ui.code`` is one of them: a text with three backticks leaves its block."""
DRAWN = {"drawing.svg", "STYLE"}
"""The function whose texts are escaped, and a constant."""


@pytest.mark.parametrize("path", PAGES, ids=[path.name for path in PAGES])
def test_the_pages_give_only_constants_to_what_nicegui_parses(path):
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        assert call.func.attr not in MARKED_UP, ast.unparse(call)
        if call.func.attr in PARSED:
            assert all(_constant(one) for one in given), ast.unparse(call)
        elif call.func.attr == "html":
            assert _constant(given[0]), ast.unparse(call)


def _constant(one):
    named = one.func if isinstance(one, ast.Call) else one
    return isinstance(one, ast.Constant) or ast.unparse(named) in DRAWN
