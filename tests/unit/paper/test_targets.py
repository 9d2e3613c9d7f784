from archfront.config.schema import schema
from archfront.paper import targets
from archfront.paper.claims import CLAIMS, ERRATA


def test_claims_and_errata_speak_of_targets_that_are_there():
    assert {claim.target for claim in CLAIMS} | set(ERRATA) <= set(targets.ORDER)
    assert set(targets.ORDER) == {*targets.FIGURES, *targets.TABLES}
    for name in targets.ORDER:
        module = targets.module(name)
        assert module.TITLE and module.CAPTION and module.SAYS and module.ROLES
        assert hasattr(module, "draw") == (name in targets.FIGURES)


def test_the_settings_of_the_paper_are_those_with_targets():
    assert schema()["properties"]["paper"]["enum"] == list(targets.SETTINGS)
