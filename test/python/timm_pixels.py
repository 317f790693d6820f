"""The pixels that timm gives a model, by its own code.

Reads a JSON document from standard input: {"images": [path], "cases": [{"config": {...}, "to": path}]}, where a config is a
`config.json` of timm. Writes to each `to` the images, one after another: float32, channels first.
"""

import json
import sys

from PIL import Image
from timm.data import create_transform, resolve_data_config

work = json.load(sys.stdin)
images = [Image.open(path).convert("RGB") for path in work["images"]]
for case in work["cases"]:
    config = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in case["config"]["pretrained_cfg"].items()
    }
    transform = create_transform(**resolve_data_config({}, pretrained_cfg=config), is_training=False)
    with open(case["to"], "wb") as file:
        for image in images:
            file.write(transform(image).numpy().astype("<f4").tobytes())
