import pytest
from jinja2 import TemplateNotFound
from markupsafe import Markup

from archfront.analytics import templates


@pytest.fixture
def page(tmp_path, monkeypatch):
    (tmp_path / "page.html").write_text("<p>{{ text }}</p>{{ table }}")
    monkeypatch.setattr(templates, "FOLDER", tmp_path)
    return lambda **values: templates.filled("page.html", **values)


def test_text_is_escaped_and_markup_is_not(page):
    assert page(text="a < b & 'c'", table=Markup("<table></table>")) == (
        "<p>a &lt; b &amp; &#39;c&#39;</p><table></table>\n"
    )


def test_a_template_that_is_not_there_is_named(page):
    with pytest.raises(TemplateNotFound, match="absent"):
        templates.filled("absent.html")
