from archfront.tasks import phrases


def test_phrases_are_prefix_stable_and_differ_between_splits():
    english, german = phrases.sentences("train", 700)
    assert phrases.sentences("train", 650) == (english[:650], german[:650])
    assert phrases.sentences("validation", 100)[0] != english[:100]
    assert len(set(english)) > 600 and all(english) and all(german)
