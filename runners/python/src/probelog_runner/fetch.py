"""The process that downloads one version: `python -m probelog_runner.fetch <order>`. Prints the result as JSON."""

from __future__ import annotations

import json
import os
import sys
import urllib.parse
from pathlib import Path
from typing import Any

from probelog_runner.confine import die_with_parent, hide_secrets
from probelog_runner.errors import Failure, described, without_secrets

#: What transformers and timm read of a repository without running code or unpickling.
SAFE_PATTERNS = ["*.json", "*.txt", "*.safetensors", "*.model"]
PICKLE_PATTERNS = ["*.bin", "*.pt", "*.pth"]


def fetch_mlflow(source: str, to: Path) -> Path:
    """`mlflow:/<name>/<version>[?workspace=w]`"""
    parts = urllib.parse.urlsplit(source)
    name, _, version = parts.path.lstrip("/").rpartition("/")
    workspace = urllib.parse.parse_qs(parts.query).get("workspace")
    if workspace:
        os.environ["MLFLOW_WORKSPACE"] = workspace[0]
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        raise Failure("SOURCE_UNAVAILABLE", "The runner does not know the MLflow server. Start it with MLFLOW_TRACKING_URI.")
    import mlflow.artifacts
    from mlflow.exceptions import MlflowException

    uri = f"models:/{urllib.parse.unquote(name)}/{urllib.parse.unquote(version)}"
    try:
        return Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=str(to)))
    except MlflowException as error:
        raise Failure("SOURCE_UNAVAILABLE", f"MLflow does not give {uri}. {described(error)}") from None


def fetch_hub(source: str, to: Path, allow_pickle: bool, allow_remote_code: bool, max_bytes: int) -> Path:
    """`hf://owner/name[@revision]`"""
    import huggingface_hub
    from huggingface_hub import errors

    repository, _, revision = source.removeprefix("hf://").partition("@")
    repository, revision = urllib.parse.unquote(repository), urllib.parse.unquote(revision)
    try:
        info: Any = huggingface_hub.HfApi().model_info(repository, revision=revision or None, files_metadata=True)
        files: dict[str, int] = {file.rfilename: file.size or 0 for file in info.siblings}
        safe = [*SAFE_PATTERNS, *(["*.py"] if allow_remote_code else [])]
        patterns = [*safe, *(PICKLE_PATTERNS if allow_pickle else [])]
        weights = [name for name in files if name.endswith(".safetensors")]
        pickled = [name for name in files if name.endswith((".bin", ".pt", ".pth"))]
        if not weights and not allow_pickle and pickled:
            message = f"{repository} has its weights as pickle only ({pickled[0]}), which can run any code when it is loaded. "
            raise Failure("REFUSED", message + "Save it as safetensors, or start the runner with --allow-pickle if you trust it.")
        if weights and allow_pickle:
            # The same weights twice.
            patterns = safe
        wanted = list(huggingface_hub.utils.filter_repo_objects(list(files), allow_patterns=patterns))
        if sum(files[name] for name in wanted) > max_bytes:
            raise Failure("REFUSED", f"{repository} has more than {max_bytes} bytes. Raise --max-model-size to run it.")
        return Path(
            huggingface_hub.snapshot_download(repository, revision=info.sha, allow_patterns=patterns, local_dir=to / "files")
        )
    except (errors.HfHubHTTPError, OSError) as error:
        raise Failure("SOURCE_UNAVAILABLE", f"The Hub does not give {repository}. {described(error)}") from None


def main(order: dict[str, Any]) -> dict[str, str]:
    source, to = str(order["source"]), Path(order["to"])
    try:
        if source.startswith("mlflow:"):
            return {"folder": str(fetch_mlflow(source, to))}
        if source.startswith("hf:"):
            return {"folder": str(fetch_hub(source, to, order["allow_pickle"], order["allow_remote_code"], order["max_bytes"]))}
        raise Failure("SOURCE_UNAVAILABLE", f"The runner cannot download {source}: it knows MLflow and the Hub.")
    except Failure as failure:
        return {"failure": failure.reason, "message": without_secrets(failure.message)}
    except ImportError as error:
        return {"failure": "SOURCE_UNAVAILABLE", "message": f"A package is missing on the runner: {without_secrets(str(error))}."}


if __name__ == "__main__":
    die_with_parent()
    hide_secrets()
    print(json.dumps(main(json.loads(sys.argv[1]))))
