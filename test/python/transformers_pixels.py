"""The pixels that image processors of transformers give a model, by their own code.

Reads a JSON document from standard input: {"images": [path], "cases": [{"config": {...}, "to": path}]}. Writes to each `to`
the images' pixel_values, one after another: float32, channels first.
"""

import json
import os
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

from PIL import Image
from transformers import AutoImageProcessor

work = json.load(sys.stdin)
images = [Image.open(path).convert("RGB") for path in work["images"]]
for case in work["cases"]:
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "preprocessor_config.json"), "w") as file:
            json.dump(case["config"], file)
        processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    with open(case["to"], "wb") as file:
        for image in images:
            pixels = processor(image, return_tensors="np")["pixel_values"][0]
            file.write(pixels.astype("<f4").tobytes())
