"""The embedded image-classification task: images of glyphs that any machine can draw from a seed.

The characters of 100 classes are rendered once ("masters") from the font files that ship with
matplotlib. They are then placed on 32 x 32 RGB images with a random affine change, colours,
contrast, clutter (pieces of other glyphs), an occluding bar and noise.

The drawing from the masters is exact arithmetic (integers, and elementwise IEEE single precision
without transcendental functions), so the images depend only on the seed and on the masters. The
masters depend on the FreeType that Pillow ships: :func:`masters_digest` tells two renderers apart.
"""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from archfront.core.extras import explained

CLASSES = (
    "234567&9?@#$%*"
    "ABDEFGHJKLMNPQRSTUXYZ"
    "abdefghijkmnqrty"
    "αβγδεζηθλμξπτφχψω"
    "ΓΔΘΛΞΠΣΦΨΩ"
    "БДЖЗИЛЦЧШЩЫЭЮЯ"
    "+=<>[{~§"
)
FONTS = tuple(
    f"{family}{style}.ttf"
    for family, styles in {
        "DejaVuSans": ("", "-Bold", "-Oblique", "-BoldOblique"),
        "DejaVuSansMono": ("", "-Bold", "-Oblique", "-BoldOblique"),
        "DejaVuSerif": ("", "-Bold", "-Italic", "-BoldItalic"),
        "STIXGeneral": ("", "Bol", "Italic", "BolIta"),
    }.items()
    for style in styles
)
SIZE = 32
"""Height and width of an image in pixels."""

SPLITS = {"train": 0, "calibration": 1, "validation": 2, "test": 3}
SPLIT_SIZES = {"train": 200_000, "calibration": 2_000, "validation": 20_000, "test": 20_000}

_CANVAS = 44  # side of a master in pixels; an empty border is left around each glyph
_FONT_SIZE = 27
CHUNK = 500  # images drawn from one random stream; prefixes of a split are stable in this step
_SEED = 20_220_224


@cache
@explained()
def masters() -> np.ndarray:
    """Every class in every font, centred: uint8, ``classes x fonts x 44 x 44``, 255 is ink."""
    from matplotlib import get_data_path
    from PIL import Image, ImageDraw, ImageFont

    folder = Path(get_data_path()) / "fonts" / "ttf"
    drawn = np.zeros((len(CLASSES), len(FONTS), _CANVAS, _CANVAS), np.uint8)
    for f, name in enumerate(FONTS):
        # Every Pillow has the basic layout engine. Not every Pillow has raqm, and raqm places the
        # glyphs elsewhere.
        font = ImageFont.truetype(
            str(folder / name), _FONT_SIZE, layout_engine=ImageFont.Layout.BASIC
        )
        for c, character in enumerate(CLASSES):
            left, top, right, bottom = font.getbbox(character)
            image = Image.new("L", (_CANVAS, _CANVAS))
            corner = ((_CANVAS - right - left) // 2, (_CANVAS - bottom - top) // 2)
            ImageDraw.Draw(image).text(corner, character, fill=255, font=font)
            drawn[c, f] = np.asarray(image)
    return drawn


@cache
def masters_digest() -> str:
    """SHA-256 over the rendered masters and the constants of the drawing."""
    content = hashlib.sha256(masters().tobytes())
    content.update(f"{CLASSES}|{FONTS}|{SIZE}|{_SEED}|2".encode())
    return content.hexdigest()


def images(split: str, count: int | None = None, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """``count`` images of a split from number ``first`` on, and their labels (default: all).

    Returns uint8 images ``count x 3 x 32 x 32`` and int64 labels ``count``. The labels run through
    the classes in turn, so that each prefix is stratified. The first 500 of 1,000 images are the
    500 images. ``first`` is a multiple of :data:`CHUNK`. ValueError if the split has fewer images.
    """
    size = SPLIT_SIZES[split] - first
    count = size if count is None else count
    if first % CHUNK:
        raise ValueError(f"first image {first}: must be a multiple of {CHUNK}")
    if not 1 <= count <= size:
        where = f" from {first} on" if first else ""
        raise ValueError(f"split {split!r} has {size} images{where}, {count} were asked for")
    pixels = np.empty((count, 3, SIZE, SIZE), np.uint8)
    labels = np.arange(first, first + count) % len(CLASSES)
    for start in range(0, count, CHUNK):
        chunk = _draw(split, (first + start) // CHUNK)
        stop = min(start + CHUNK, count)
        pixels[start:stop] = chunk[: stop - start]
    return pixels, labels


def _draw(split: str, chunk: int) -> np.ndarray:
    """Chunk number ``chunk`` of a split: uint8 ``500 x 3 x 32 x 32``."""
    n = CHUNK
    rng = np.random.Generator(np.random.PCG64([_SEED, SPLITS[split], chunk]))
    classes = (chunk * n + np.arange(n)) % len(CLASSES)

    canvas = _colours(rng, n, 40, 216)
    # A slope of brightness across the image, then two distractors, then the glyph itself.
    slope = _uniform(rng, (n, 3, 1, 1), -1.6, 1.6)
    canvas = canvas + slope * (_grid() - np.float32(15.5))
    for _ in range(2):
        other = (classes + rng.integers(1, len(CLASSES), n)) % len(CLASSES)
        away = _uniform(rng, (n, 2), 8.0, 15.0) * rng.choice(np.array([-1, 1], np.float32), (n, 2))
        # One of the two coordinates is free, so that distractors come from all sides.
        free = rng.integers(0, 2, n)
        away[np.arange(n), free] = _uniform(rng, (n,), -14.0, 14.0)
        ink = _place(rng, other, away)
        canvas = canvas + ink * (_colours(rng, n, 0, 256) - canvas)

    ink = _place(rng, classes, _uniform(rng, (n, 2), -4.0, 4.0))
    background = canvas.mean(axis=(2, 3), keepdims=True, dtype=np.float64).astype(np.float32)
    contrast = _uniform(rng, (n, 1, 1, 1), 60, 150)
    sign = rng.choice(np.array([-1, 1], np.float32), (n, 1, 1, 1))
    tint = _uniform(rng, (n, 3, 1, 1), -35, 35)
    canvas = canvas + ink * (background + sign * contrast + tint - canvas)

    # A bar, 2 to 6 pixels thick, over one in two images.
    horizontal = rng.integers(0, 2, (n, 1, 1, 1))
    position = rng.integers(3, SIZE - 3, (n, 1, 1, 1))
    thickness = rng.integers(2, 7, (n, 1, 1, 1)) * rng.integers(0, 2, (n, 1, 1, 1))
    rows, columns = np.arange(SIZE)[:, None], np.arange(SIZE)[None, :]
    along = np.where(horizontal == 1, rows, columns)
    bar = (along >= position) & (along < position + thickness)
    canvas = np.where(bar, _colours(rng, n, 0, 256), canvas)

    strength = _uniform(rng, (n, 1, 1, 1), 0.1, 0.5)
    noise = rng.integers(-64, 65, (3, n, 3, SIZE, SIZE), np.int8).sum(axis=0, dtype=np.int16)
    canvas = canvas + strength * noise.astype(np.float32)
    return np.clip(np.floor(canvas + np.float32(0.5)), 0, 255).astype(np.uint8)


def _place(rng: np.random.Generator, classes: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Ink (0 to 1) of one glyph per image, moved by ``centre`` (rows, columns) pixels: float32
    ``n x 1 x 32 x 32``."""
    n = len(classes)
    glyphs = masters()[classes, rng.integers(0, len(FONTS), n)].astype(np.float32) / np.float32(255)
    # Inverse map, from image to master: scale (0.75 to 1.45), rotation and shear as free entries.
    scale = _uniform(rng, (n, 2), 0.75, 1.45)
    turn, shear = _uniform(rng, (n,), -0.6, 0.6), _uniform(rng, (n,), -0.35, 0.35)
    grid = _grid() - np.float32(15.5)
    y = grid.T[None] - centre[:, 0, None, None]
    x = grid[None] - centre[:, 1, None, None]
    u = scale[:, 0, None, None] * x + (turn + shear)[:, None, None] * y
    v = scale[:, 1, None, None] * y - turn[:, None, None] * x
    middle, last = np.float32((_CANVAS - 1) / 2), np.float32(_CANVAS - 1.001)
    u, v = np.clip(u + middle, 0, last), np.clip(v + middle, 0, last)
    left, top = u.astype(np.int64), v.astype(np.int64)
    fu, fv = u - left.astype(np.float32), v - top.astype(np.float32)
    flat = glyphs.reshape(-1)
    at = np.arange(n)[:, None, None] * _CANVAS**2 + top * _CANVAS + left
    one = np.float32(1)
    upper = flat[at] * (one - fu) + flat[at + 1] * fu
    lower = flat[at + _CANVAS] * (one - fu) + flat[at + _CANVAS + 1] * fu
    return (upper * (one - fv) + lower * fv)[:, None]


def _grid() -> np.ndarray:
    """Column number of each pixel, float32 ``32 x 32``."""
    return np.broadcast_to(np.arange(SIZE, dtype=np.float32), (SIZE, SIZE))


def _uniform(rng: np.random.Generator, shape: tuple, low: float, high: float) -> np.ndarray:
    return np.float32(low) + rng.random(shape, np.float32) * np.float32(high - low)


def _colours(rng: np.random.Generator, n: int, low: int, high: int) -> np.ndarray:
    return rng.integers(low, high, (n, 3, 1, 1)).astype(np.float32)
