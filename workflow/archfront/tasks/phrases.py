"""The embedded translation task: phrases that any machine can write in English and in German.

Numbers in words come from num2words. Dates, times, amounts of money, measures and the names of
languages and countries come from the CLDR data in Babel. A sentence is one to three joined phrases.
The sentences depend on the seed and on the versions of these two libraries; :func:`digest` tells
versions apart.
"""

import hashlib
from collections.abc import Callable
from datetime import date, time, timedelta
from functools import cache

import numpy as np

from archfront.core.extras import explained

LOCALES = "en_US", "de_DE"
SPLITS = {"train": 0, "validation": 1}
_CHUNK = (
    500  # sentences written from one random stream; prefixes of a split are stable in this step
)
_SEED = 20_261_125
_JOINTS = (
    ("{} and {}", "{} und {}"),
    ("{} or {}", "{} oder {}"),
    ("{}, {}", "{}, {}"),
    ("from {} to {}", "von {} bis {}"),
    ("not {}, but {}", "nicht {}, sondern {}"),
)
_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "JPY", "SEK", "PLN", "INR", "BRL", "CAD")
_UNITS = (
    "length-kilometer", "length-meter", "length-mile", "length-inch", "mass-kilogram", "mass-gram",
    "mass-pound", "volume-liter", "duration-hour", "duration-minute", "duration-week",
    "temperature-celsius", "area-hectare", "speed-kilometer-per-hour", "digital-megabyte",
)  # fmt: skip

Pair = tuple[str, str]


def sentences(split: str, count: int) -> tuple[list[str], list[str]]:
    """The first ``count`` sentences of a split in English, and their German translations."""
    pairs: list[Pair] = []
    for chunk in range(-(-count // _CHUNK)):
        pairs += _written(split, chunk)
    english, german = zip(*pairs[:count], strict=True)
    return list(english), list(german)


@cache
def digest() -> str:
    """Identity of the sentences that the installed versions of the libraries write (SHA-256)."""
    written = [_written(split, 0) for split in SPLITS]
    return hashlib.sha256(repr(written).encode()).hexdigest()


@cache
@explained()
def _written(split: str, chunk: int) -> tuple[Pair, ...]:
    random = np.random.default_rng([_SEED, SPLITS[split], chunk])
    return tuple(_sentence(random) for _ in range(_CHUNK))


def _sentence(random: np.random.Generator) -> Pair:
    pair = _phrase(random)
    for _ in range(random.choice(3, p=(0.3, 0.5, 0.2))):
        joint, other = _JOINTS[random.integers(len(_JOINTS))], _phrase(random)
        source, target = (
            form.format(first, second)
            for form, first, second in zip(joint, pair, other, strict=True)
        )
        pair = source, target
    return pair


def _phrase(random: np.random.Generator) -> Pair:
    kinds = (_number, _number, _ordinal, _date, _date, _time, _money, _measure, _language, _country)
    pair = kinds[random.integers(len(kinds))](random)
    source, target = (" ".join(text.split()) for text in pair)  # CLDR has several kinds of spaces
    return source, target


def _both(write: Callable[[str], str]) -> Pair:
    source, target = map(write, LOCALES)
    return source, target


def _magnitude(random: np.random.Generator, digits: int) -> int:
    return int(random.integers(10 ** random.integers(1, digits + 1)))


def _number(random: np.random.Generator) -> Pair:
    from num2words import num2words

    number = _magnitude(random, 6)
    return _both(lambda locale: num2words(number, lang=locale[:2]))


def _ordinal(random: np.random.Generator) -> Pair:
    from num2words import num2words

    number = 1 + _magnitude(random, 3)
    return _both(lambda locale: num2words(number, lang=locale[:2], to="ordinal"))


def _date(random: np.random.Generator) -> Pair:
    from babel.dates import format_date

    day = date(1900, 1, 1) + timedelta(days=int(random.integers(73_000)))
    form = ("full", "long", "medium")[random.integers(3)]
    return _both(lambda locale: format_date(day, form, locale=locale))


def _time(random: np.random.Generator) -> Pair:
    from babel.dates import format_time

    moment = time(int(random.integers(24)), int(random.integers(60)))
    return _both(lambda locale: format_time(moment, "short", locale=locale))


def _money(random: np.random.Generator) -> Pair:
    from babel.numbers import format_currency

    amount = _magnitude(random, 6) / (100 if random.random() < 0.5 else 1)
    currency = _CURRENCIES[random.integers(len(_CURRENCIES))]
    return _both(
        lambda locale: format_currency(amount, currency, locale=locale, format_type="name")
    )


def _measure(random: np.random.Generator) -> Pair:
    from babel.units import format_unit

    amount = _magnitude(random, 4) / (10 if random.random() < 0.5 else 1)
    unit = _UNITS[random.integers(len(_UNITS))]
    return _both(lambda locale: format_unit(amount, unit, locale=locale))


def _language(random: np.random.Generator) -> Pair:
    return _name(random, "languages")


def _country(random: np.random.Generator) -> Pair:
    return _name(random, "territories")


def _name(random: np.random.Generator, kind: str) -> Pair:
    from babel import Locale

    names = [getattr(Locale.parse(locale), kind) for locale in LOCALES]
    codes = sorted(code for code in set(names[0]) & set(names[1]) if code.isalpha())
    code = codes[random.integers(len(codes))]
    return tuple(name[code] for name in names)
