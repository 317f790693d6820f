"""Registers one small model of each library in an MLflow server, as their users do: python log_models.py"""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import mlflow
import mlflow.pyfunc
import mlflow.pytorch
import mlflow.sklearn
import numpy as np
import torch
import transformers
from sklearn.linear_model import LogisticRegression

from probelog_mlflow import log_classifier

LABELS = ["crow", "owl", "wren"]
EDGE = 32
random = np.random.default_rng(7)
batch = random.standard_normal((2, 3, EDGE, EDGE)).astype(np.float32)


def network() -> torch.nn.Module:
    torch.manual_seed(7)
    return torch.nn.Sequential(torch.nn.Conv2d(3, 4, 5, 2), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(784, 3))


class Mean(mlflow.pyfunc.PythonModel):
    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        return np.asarray(model_input).mean((2, 3))


options: dict[str, Any] = {"name": "model", "pip_requirements": []}

# Nothing of ours: MLflow's defaults.
mlflow.pytorch.log_model(network(), input_example=batch, registered_model_name="defaults", **options)
mlflow.sklearn.log_model(
    LogisticRegression().fit(random.random((30, 4)), np.arange(30) % 3),
    input_example=random.random((2, 4)),
    registered_model_name="flowers",
    **options,
)
mlflow.pyfunc.log_model(python_model=Mean(), input_example=batch, registered_model_name="python", **options)

# With labels and preprocessing.
described: dict[str, Any] = {"labels": LABELS, "preprocessing": {"resize": "STRETCH", "mean": [0.5], "std": [0.5]}, **options}
log_classifier(network(), input_example=batch, registered_model_name="pytorch", **described)
rows = (random.random((60, EDGE * EDGE)), np.arange(60) % 3)
log_classifier(LogisticRegression().fit(*rows), input_example=rows[0][:2], registered_model_name="sklearn", **described)
log_classifier(LogisticRegression().fit(*rows), input_example=rows[0][:2], registered_model_name="killed", **described)
layers = [keras.Input((EDGE, EDGE, 3)), keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")]
log_classifier(keras.Sequential(layers), registered_model_name="keras", **described)
config = transformers.ViTConfig(
    hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=EDGE, patch_size=8,
    id2label=dict(enumerate(LABELS)), label2id={label: index for index, label in enumerate(LABELS)},
)  # fmt: skip
parts = {
    "model": transformers.ViTForImageClassification(config),
    "image_processor": transformers.ViTImageProcessor(size={"height": EDGE, "width": EDGE}),
}
log_classifier(parts, task="image-classification", registered_model_name="transformers", **options)
