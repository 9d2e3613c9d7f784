import pytest

pytest.importorskip("nicegui", reason="there is no NiceGUI here: make ui installs it")

from nicegui import Client, ui

from archfront.pages.form import Form

pytestmark = pytest.mark.slow  # make test-slow installs NiceGUI

EVIL = 'a" :x="(document.title = 1)" @click="alert(1)'


def test_a_name_in_a_config_makes_no_property_of_an_element():
    with Client(ui.page("/")) as client:
        form = Form(lambda: None, set())
        form.fill({"experiment": EVIL, "platforms": {EVIL: {"threads": 1}}})
    found = [element.props for element in client.elements.values()]
    assert f"Remove {EVIL}" in [props.get("aria-label") for props in found]
    assert not [name for props in found for name in props if name in (":x", "@click")]
