from __future__ import annotations

import os
from pathlib import Path

TESTS = Path(__file__).parent

# Processes of the runner find the package and the tests' entry points without an installation.
os.environ["PYTHONPATH"] = f"{TESTS.parent / 'src'}{os.pathsep}{TESTS}"
os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
# The logging of models in tests says much about environments that are not used.
os.environ["MLFLOW_LOGGING_LEVEL"] = "ERROR"
