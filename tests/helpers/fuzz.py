"""Files of users, with one place changed at random."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-2, 9), st.floats(), st.sampled_from(["ks", "3", ""])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


FUZZ = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def changed(draw, content):
    """One place of a nested value, replaced, dropped or repeated."""
    place, path = content, []
    while isinstance(place, dict | list) and len(place):
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        path.append((place, draw(st.sampled_from(list(keys)))))
        place = place[path[-1][1]]
        if draw(st.integers(0, 2)) == 0:
            break
    if not path:
        return draw(JSON)
    parent, key = path[-1]
    action = draw(st.sampled_from(["set", "drop", "repeat"]))
    if action == "set":
        parent[key] = draw(JSON)
    elif action == "drop":
        del parent[key]
    elif isinstance(parent, list):
        parent.insert(key, parent[key])
    else:
        parent[f"{key}x"] = parent[key]
    return content
