"""Few images, for the embedded super-networks."""

SETTINGS = {
    "validation_images": 300,
    "calibration_images": 200,
    "validation_device": "cpu",
    "latency_seconds": 0.02,
    "latency_precision": 0.5,
}
