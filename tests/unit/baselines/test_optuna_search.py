import optuna
from helpers.searches import asked_and_told

from archfront.baselines.optuna_search import GENERATION, OptunaNSGA2
from archfront.search.proposal import SearchSettings


def test_optuna_is_told_which_generation_each_sub_network_is_of(monkeypatch):
    told = []
    create = optuna.trial.create_trial
    monkeypatch.setattr(
        optuna.trial, "create_trial", lambda **given: told.append(given) or create(**given)
    )
    made = asked_and_told(3, OptunaNSGA2, settings=SearchSettings("nsga2", 6, 1, 0.9))
    told.clear()
    made.ask(4)
    generations = [given["system_attrs"][GENERATION] for given in told]
    assert generations == [number // 6 for number in range(24)]
    macs = made.values["macs"]
    shares = (macs - macs.min()) / (macs.max() - macs.min())
    assert [given["values"][1] for given in told] == shares.tolist()
