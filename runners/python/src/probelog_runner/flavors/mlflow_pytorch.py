"""`mlflow.pytorch`: by default an archive of `torch.export` without pickle, else a pickled module."""

from __future__ import annotations

from typing import Any

from probelog_runner.confine import PickleGuard, refuse_pickle
from probelog_runner.errors import Failure
from probelog_runner.flavors.exported_program import check_exported_program
from probelog_runner.flavors.mlmodel import ImageReader, MLmodel, TensorSpec, base_info, image_input
from probelog_runner.flavors.torch_model import TorchModel
from probelog_runner.job import Job, Kind

#: What leaves the meaning of outputs as it is.
_PASSIVE = ("view", "reshape", "clone", "alias", "contiguous", "_to_copy", "squeeze", "flatten", "permute", "detach")
_KINDS: dict[str, Kind] = {
    "softmax": "PROBABILITIES",
    "_softmax": "PROBABILITIES",
    "log_softmax": "LOG_PROBABILITIES",
    "_log_softmax": "LOG_PROBABILITIES",
    "sigmoid": "MULTI_LABEL_PROBABILITIES",
}


def load(job: Job, guard: PickleGuard) -> TorchModel:
    assert job.folder
    model = MLmodel(job.folder)
    model.check_code(job)
    data = job.folder / str(model.flavor("pytorch").get("model_data", "data"))
    exported = data / "model.pt2"
    if not job.allow_pickle and (not exported.is_file() or (data / "model.pth").exists()):
        raise refuse_pickle("its module as a pickle (model.pth)")
    if not job.allow_pickle:
        # MLflow looks for pickles only; torch also evaluates text of the archive.
        check_exported_program(exported)
    import mlflow.pytorch
    import torch

    if not job.allow_pickle:
        # MLflow checks the archive with torch's restricted unpickler (MLFLOW_ALLOW_PICKLE_DESERIALIZATION); the guard stands behind.
        guard.watch()
    try:
        module = mlflow.pytorch.load_model(str(job.folder))
    except mlflow.exceptions.MlflowException as error:
        if "pickle" in str(error):
            raise refuse_pickle(f"an archive with a pickle ({error})"[:1000]) from None
        raise
    info = base_info(model, ["torch", "mlflow"])
    spec, fixed_batch = _exported_input(module) if exported.is_file() else (None, None)
    signature = model.inputs
    if signature is not None and len(signature) != 1:
        raise Failure("NOT_APPLICABLE", f"The model has {len(signature)} inputs instead of one for images.")
    if spec is None and signature is None:
        message = "The model's input is not known: it was logged without a signature. Log it with input_example=…"
        raise Failure("NOT_APPLICABLE", message)
    wanted = image_input(spec or signature[0], model)  # type: ignore[index]
    reader = ImageReader(model, wanted, info)
    info.kind = "MULTI_LABEL_LOGITS" if model.is_multi_label else "UNKNOWN"
    if exported.is_file():
        info.kind = _kind(module) or info.kind
    elif isinstance(module, torch.nn.Module):
        module.eval()
    return TorchModel(module, reader.tensor, info, fixed_batch)


def _exported_input(module: Any) -> tuple[TensorSpec | None, int | None]:
    """The input of an exported graph, and the batch that it is fixed to."""
    inputs = [node for node in module.graph.nodes if node.op == "placeholder"]
    if len(inputs) != 1 or "val" not in inputs[0].meta:
        return None, None
    value = inputs[0].meta["val"]
    shape = [size if isinstance(size, int) else None for size in value.shape]
    dtype = str(value.dtype).removeprefix("torch.").replace("bfloat16", "float32")
    return TensorSpec(dtype, shape), shape[0] if shape else None


def _kind(module: Any) -> Kind | None:
    """From the graph's last operator."""
    output = next(node for node in module.graph.nodes if node.op == "output")
    found: list[Any] = output.all_input_nodes
    node = found[0] if len(found) == 1 else None
    while node is not None and node.op == "call_function":
        name = str(node.target).removeprefix("aten.").split(".")[0]
        if name in _KINDS:
            return _KINDS[name]
        node = node.all_input_nodes[0] if name in _PASSIVE and node.all_input_nodes else None
    return None
