/** `respond.py` of a kit; docs/any-framework.md shows it too. */
export const RESPOND_PY = `"""Runs a model on the kit's images and uploads its responses: python3 respond.py <kit folder> <upload address>"""
import json, os, sys, urllib.error, urllib.request
from pathlib import Path
import numpy as np
from my_model import logits  # yours: takes the path of an image, returns its outputs before any softmax

kit, address = Path(sys.argv[1]), sys.argv[2]
manifest = json.loads((kit / "manifest.json").read_text())
rows = [np.asarray(logits(kit / image["file"]), dtype="float32") for image in manifest["images"]]
np.save("responses.npy", np.stack(rows))  # probes x outputs, in the kit's order
key = {"Authorization": "Bearer " + os.environ["PROBELOG_KEY"]} if "PROBELOG_KEY" in os.environ else {}
request = urllib.request.Request(
    address + "?layout=probes-first&digest=" + manifest["probeSet"]["digest"], method="PUT",
    data=Path("responses.npy").read_bytes(), headers={"Content-Type": "application/octet-stream", **key},
)
try:
    print(urllib.request.urlopen(request).read().decode())
except urllib.error.HTTPError as refused:
    sys.exit(refused.read().decode())
`;

/** `README.txt` of a kit. */
export const README_TXT = `These are the images of a ProbeLog probe set. Run your model on each of them, in the order of manifest.json,
and upload its outputs: one number per output, before any softmax. The model itself stays with you.

1. Register the model with the mutation registerModel, or with probelog upload. The response has the upload address.
2. Prepare each image as your model expects it (size, crop, scale, mean) and run the model.
3. Save the numbers as a .npy or .safetensors file, probes x outputs or outputs x probes, and PUT it to that address
   with ?digest= and the digest in manifest.json. If the server requires a key, send it as
   "Authorization: Bearer <key>". respond.py does steps 2 and 3, with the key in the environment variable PROBELOG_KEY.

If your model did not run on an image, write NaN for every output. ProbeLog estimates these from other models' responses.
`;
