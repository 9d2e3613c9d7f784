"""Few images and sentences, for the embedded super-networks."""

SETTINGS = {
    "validation_images": 300,
    "calibration_images": 200,
    "validation_device": "cpu",
    "latency_seconds": 0.02,
    "latency_precision": 0.5,
}
TRANSLATION = {
    "validation_sentences": 60,
    "validation_device": "cpu",
    "beam": 4,
    "length_penalty": 0.6,
    "scorer": "sacrebleu",
    "latency_seconds": 0.02,
    "latency_precision": 0.5,
}


def prepared(network, folder, settings):
    """The settings, with the folder in which the network has prepared its data."""
    network.prepare_data(folder, settings)
    return settings | {"data": str(folder)}
