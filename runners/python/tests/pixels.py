"""The pixels that the runner gives a model.

Reads a JSON document from standard input: {"images": [path], "cases": [{"preprocessing": {...}, "channels": 3, "layout": "NCHW",
"to": path}]}. Writes to each `to` the images' values, one after another, as float32.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from probelog_runner.preprocessing import Input, parse_preprocessing

work = json.load(sys.stdin)
images = [Path(path) for path in work["images"]]
for case in work["cases"]:
    to = Input(case["channels"], None, None, case["layout"])
    spec, _ = parse_preprocessing(case["preprocessing"], to)
    Path(case["to"]).write_bytes(spec.tensor(images, to).astype("<f4").tobytes())
