import numpy as np
import pytest

from archfront.tasks import glyphs


def test_masters_are_all_different_and_all_drawn():
    masters = glyphs.masters()
    assert masters.shape == (100, 16, 44, 44)
    assert (masters.reshape(1600, -1).max(axis=1) > 100).all()
    # Only 3 and the Cyrillic Ze look alike, and only in the four monospaced fonts.
    per_font = masters.transpose(1, 0, 2, 3).reshape(16, 100, -1)
    assert sum(len(np.unique(font, axis=0)) for font in per_font) == 1600 - 4


def test_images_are_prefix_stable_stratified_and_split():
    images, labels = glyphs.images("validation", 1200)
    fewer, _ = glyphs.images("validation", 700)
    assert images.dtype == np.uint8 and images.shape == (1200, 3, 32, 32)
    assert (images[:700] == fewer).all()
    assert (np.bincount(labels) == 12).all()
    other, _ = glyphs.images("test", 100)
    assert (images[:100] != other).any(axis=(1, 2, 3)).all()


def test_more_images_than_the_split_has_are_refused():
    with pytest.raises(ValueError, match="has 2000 images, 2001 were asked for"):
        glyphs.images("calibration", 2001)


def test_images_do_not_depend_on_the_processor():
    """Elementwise single precision only: any machine gives these bytes for these masters."""
    images, _ = glyphs.images("train", 500)
    assert images.sum(dtype=np.int64) == IMAGE_SUM


IMAGE_SUM = 195_321_719


def test_images_from_a_number_on_are_those_of_the_whole():
    pixels, labels = glyphs.images("train", 1100)
    later, named = glyphs.images("train", 600, glyphs.CHUNK)
    assert (later == pixels[500:]).all() and (named == labels[500:]).all()
    with pytest.raises(ValueError, match="must be a multiple of 500"):
        glyphs.images("train", 10, 250)
    size = glyphs.SPLIT_SIZES["train"]
    with pytest.raises(ValueError, match="has 500 images from"):
        glyphs.images("train", 501, size - 500)
