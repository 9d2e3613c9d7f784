"""The identity of a job's code: which edits change it."""

import shutil
from pathlib import Path

import pytest
from helpers.runs import CONFIG, ROOT

from archfront.config import code_identity
from archfront.config.code_identity import identity
from archfront.config.experiment import validated
from archfront.core.objective import register
from archfront.paper import targets
from archfront.tactics import TACTICS

SCRIPTS = ROOT / "workflow" / "scripts"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package ``edited`` with the module ``a``, which imports ``b`` and ``c``."""
    folder = tmp_path / "edited"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "a.py").write_text("from edited import b\n\n\ndef f():\n    from . import c\n")
    (folder / "b.py").write_text('"""Text."""\n\nX = 1\n')
    (folder / "c.py").write_text("class C:\n    Y = 2\n")
    (folder / "d.py").write_text("Z = 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    fresh()
    yield folder
    fresh()


def fresh():
    """Forget which modules exist."""
    for known in (code_identity.module_file, code_identity.folders):
        known.cache_clear()


def changes(path: Path, text: str, of=("edited.a",)) -> bool:
    """Whether new content of a file changes the identity."""
    before, old = identity(*of), path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    after = identity(*of)
    path.write_text(old, encoding="utf-8")
    return before != after


@pytest.mark.parametrize(
    "name, text",
    [
        ("b.py", '"""Another text."""\n\nX = 1\n'),
        ("b.py", "# no text, but a comment\nX = (1)\n"),
        ("b.py", 'X = 1\n"""What X is."""\n'),
        ("c.py", 'class C:\n    """Text."""\n\n    Y = 2  # two\n'),
        ("d.py", "Z = 4\n"),
        ("b.py", "\nX = 1\n\n\n"),
        ("__init__.py", '"""Text."""\n'),
    ],
)
def test_text_and_unused_modules_do_not_count(package, name, text):
    assert not changes(package / name, text)


@pytest.mark.parametrize(
    "name, text",
    [
        ("b.py", "X = 2\n"),
        ("b.py", "X = 1.0\n"),
        ("c.py", "class C:\n    Y = 3\n"),
        ("a.py", "from edited import b\n\n\ndef f():\n    from . import d as c\n"),
        ("__init__.py", "W = 0\n"),
    ],
)
def test_code_of_imported_modules_counts(package, name, text):
    assert changes(package / name, text)


def test_imports_for_type_checkers_do_not_count(package):
    before = (package / "b.py").read_text()
    text = "if TYPE_CHECKING:\n    from edited.d import Z\n"
    assert not changes(package / "b.py", before + text)
    (package / "b.py").write_text(before + text)
    assert not changes(package / "d.py", "Z = 4\n")
    assert changes(package / "b.py", before + text + "else:\n    X = 2\n")


def test_new_and_deleted_modules_count(package):
    before = identity("edited.a")
    (package / "c.py").unlink()
    fresh()
    assert identity("edited.a") != before


def test_a_script_counts_with_the_modules_beside_it(package, tmp_path):
    script, helper = tmp_path / "script.py", tmp_path / "beside_it.py"
    script.write_text("import beside_it\n")
    helper.write_text("X = 1\n")
    assert changes(helper, "X = 2\n", [script])
    assert changes(script, "import beside_it\n\nprint()\n", [script])
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for path in (script, helper):
        shutil.copy(path, moved)
    assert identity(script) == identity(moved / "script.py")


def test_a_module_of_the_user_goes_before_a_script_of_the_same_name(tmp_path, monkeypatch):
    scripts, own = tmp_path / "scripts", tmp_path / "own"
    for folder in (scripts, own):
        folder.mkdir()
        (folder / "plan_it.py").write_text("X = 1\n")
    (scripts / "script.py").write_text("")
    monkeypatch.syspath_prepend(own)
    fresh()
    assert changes(own / "plan_it.py", "X = 2\n", [scripts / "script.py", "plan_it"])
    assert not changes(scripts / "plan_it.py", "X = 2\n", [scripts / "script.py", "plan_it"])


def test_a_package_goes_before_a_module_of_the_same_name(package):
    (package / "b").mkdir()
    (package / "b" / "__init__.py").write_text("X = 1\n")
    fresh()
    assert changes(package / "b" / "__init__.py", "X = 2\n")
    assert not changes(package / "b.py", "X = 2\n")


@pytest.mark.parametrize(
    "text",
    [
        "import importlib\n\nimportlib.import_module('edited.d')\n",
        "from importlib import import_module\n\nimport_module('.d', __package__)\n",
        "__import__('edited.d')\n",
        "TABLE = {'d': 'edited.d:Z'}\n",
        "from edited.d import *\n",
        "import edited.d as e\n",
        "try:\n    import nothing_there\nexcept ImportError:\n    import edited.d\n",
    ],
)
def test_modules_that_a_plug_in_names_count(package, text):
    (package / "b.py").write_text(text)
    assert changes(package / "d.py", "Z = 4\n")


def test_a_module_that_cannot_be_parsed_counts_with_its_bytes(package):
    (package / "b.py").write_text("try:\n    from edited import d\nexcept SyntaxError:\n    pass\n")
    (package / "d.py").write_text("print 'Python 2'\n")
    assert changes(package / "d.py", "print 'Python 2!'\n")


def test_a_module_with_the_name_of_a_standard_one_counts_if_it_is_named(tmp_path, monkeypatch):
    # Nothing else imports tabnanny: Python looks for a loaded module nowhere else.
    (tmp_path / "tabnanny.py").write_text("X = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    fresh()
    assert changes(tmp_path / "tabnanny.py", "X = 2\n", ["tabnanny"])


def test_other_files_count_with_their_bytes(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<p>")
    assert changes(page, "<p> ", [page])


def test_installed_packages_count_only_if_they_are_named(tmp_path, monkeypatch):
    site = tmp_path / "site-packages"
    site.mkdir()
    (site / "installed_one.py").write_text("X = 1\n")
    (tmp_path / "plug_in.py").write_text("import installed_one, numpy, json\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.syspath_prepend(site)
    fresh()
    assert not changes(site / "installed_one.py", "X = 2\n", ["plug_in"])
    assert changes(site / "installed_one.py", "X = 2\n", ["installed_one"])


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of the library's modules, whose identities this module computes."""
    place = tmp_path_factory.mktemp("library") / "archfront"
    only_code = shutil.ignore_patterns("*.pt", "*.json", "*.model", "__pycache__")
    shutil.copytree(code_identity.PACKAGE, place, ignore=only_code)
    own, code_identity.PACKAGE = code_identity.PACKAGE, place
    fresh()
    yield place
    code_identity.PACKAGE = own
    fresh()


@pytest.fixture(scope="module")
def config():
    return validated(CONFIG | {"supernet": "embedded_mobilenetv3"})


def jobs(config: dict) -> dict[str, tuple]:
    """The code of each job of an experiment and of the paper, as the rules name it."""
    network = code_identity.of_supernet_and_objectives(config)
    found = {
        "full": ("search_full", *network, *code_identity.of_search(config)),
        "train": ("train_predictors", *network, *code_identity.of_predictors(config)),
        "learning": ("draw_learning_curve", *network, *code_identity.of_predictors(config)),
    }
    for name in ("sample_subnetworks", "collect_archive", "cluster_history", "start_warm"):
        found[name] = (name, *network)
    for name in ("extract_front", "conclude_iteration", "summarise", "explore"):
        found[name] = (name, *network)
    for name in TACTICS:
        chosen = code_identity.of_tactic(config, name)
        found[name] = ("propose_iteration", *network, *chosen)
    for name in targets.ORDER:
        script = "draw_paper_figure" if name in targets.FIGURES else "write_paper_table"
        found[name] = (script, *network, f"archfront.paper.{name}")
    found["claims"] = ("judge_claims",)
    return {name: (SCRIPTS / f"{script}.py", *rest) for name, (script, *rest) in found.items()}


def rerun_by(copied: Path, config: dict, module: str, text="\n\nEDITED = True\n") -> set[str]:
    """The jobs whose identity changes if ``text`` is appended to a module."""
    asked, path = jobs(config), copied / module
    before, old = {name: identity(*parts) for name, parts in asked.items()}, path.read_text()
    path.write_text(old + text)
    try:
        return {name for name, parts in asked.items() if identity(*parts) != before[name]}
    finally:
        path.write_text(old)


CONCURRENT = {"concurrent", "concurrent_paper"}


@pytest.mark.parametrize(
    "module, users",
    [
        ("search/expected_hypervolume.py", CONCURRENT),
        ("baselines/weaknas.py", {"weaknas"}),
        ("baselines/lanas.py", {"lanas"}),
        ("search/nsga2.py", CONCURRENT | {"full", "validation"}),
        ("search/pymoo_algorithms.py", set()),
        ("paper/fig7.py", {"fig7", "fig8", "fig9"}),
        ("paper/fig5.py", {"fig5", "fig6", "claims"}),
        ("core/files.py", None),
        ("search/popdb.py", {"cluster_history", "fig4"}),
    ],
)
def test_an_edited_module_changes_exactly_its_users(copied, config, module, users):
    assert rerun_by(copied, config, module) == (set(jobs(config)) if users is None else users)


def test_an_edited_gaussian_process_leaves_jobs_that_train_nothing(copied, config):
    changed = rerun_by(copied, config, "predictors/gaussian_process.py")
    assert {"train", "learning", "full", "concurrent"} <= changed
    assert not changed & {"sample_subnetworks", "collect_archive", "start_warm", "extract_front"}
    assert not changed & {"conclude_iteration", "summarise", "explore", "cluster_history"}


def test_another_algorithm_is_another_identity(copied, config):
    other = config | {"search": config["search"] | {"algorithm": "age_moea"}}
    assert rerun_by(copied, other, "search/pymoo_algorithms.py") == CONCURRENT | {"full"}
    assert rerun_by(copied, other, "search/nsga2.py") == {"validation"}


def test_the_algorithm_of_a_later_iteration_counts_for_the_tactics_that_run_it(copied, config):
    later = config["concurrent"] | {"search": [{}, {"algorithm": "age_moea"}]}
    other = config | {"concurrent": later}
    assert rerun_by(copied, other, "search/pymoo_algorithms.py") == CONCURRENT


def test_a_docstring_in_any_module_changes_nothing(copied, config):
    asked = jobs(config)
    before = {name: identity(*parts) for name, parts in asked.items()}
    for path in copied.rglob("*.py"):
        path.write_text(path.read_text() + '\n\n"""Explained at last."""\n')
    assert before == {name: identity(*parts) for name, parts in asked.items()}


def test_a_super_network_within_the_super_network_counts():
    """A rehearsal has the space and the costs of the super-network that it replays."""
    inner = "archfront.supernets.embedded.vision"
    for given in ("own:Wrapped", {"name": "own:Wrapped"}):
        found = code_identity.of_supernet_and_objectives(
            {"supernet": given, "objectives": ["top1"], "bounds": {}}
        )
        assert {"own", inner} <= set(found)


def test_the_objective_of_a_bound_counts():
    register("own:energy")
    config = {"supernet": "embedded_resnet", "objectives": ["top1"], "bounds": {"energy": 1}}
    assert "own" in code_identity.of_supernet_and_objectives(config)


def test_public_names_and_old_paths_lead_to_the_code(copied, tmp_path):
    for number, text in enumerate(
        (
            "from archfront import nsga2\n",
            "import archfront\n\nX = archfront.nsga2\n",
            "import archfront as af\n\nX = af.nsga2\n",
        )
    ):
        script = tmp_path / f"plug_in_{number}.py"
        script.write_text(text)
        module = copied / "search/nsga2.py"
        assert changes(module, module.read_text() + "\nEDITED = True\n", [script]), text
    script = tmp_path / "old.py"
    script.write_text("from archfront.supernets.replay import Replay\n")
    module = copied / "rehearsal/replay.py"
    assert changes(module, module.read_text() + "\nEDITED = True\n", [script])


def test_scripts_import_nothing_heavy_of_config():
    """config.checks imports all searches; a job that imported it would depend on all of them."""
    fresh()
    for script in SCRIPTS.glob("*.py"):
        known = set(code_identity.digests(script))
        assert {script.name, "archfront.core.supernet"} <= known, script
        assert not known & {"archfront.config.checks", "archfront.config.experiment"}, script
