import numpy as np

from archfront.evaluation import image_cache


def test_images_are_kept_if_they_take_at_most_half_of_the_free_memory():
    images = np.zeros((10, 3, 4, 4), np.uint8)
    assert image_cache.fits(images, 960) and not image_cache.fits(images, 959)
    assert image_cache.kept_on("cpu", images) is images
