"""Real small models of every library, saved by the library itself and run in a process of their own."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made import image_files, job_of
from PIL import Image

from probelog_runner.errors import Failure
from probelog_runner.sandbox import ModelProcess

EDGE = 32


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "images"
    folder.mkdir()
    return image_files(folder, 5)


@contextmanager
def running(flavor: str, folder: Path, images: list[Path], **changes: object) -> Iterator[tuple[dict[str, Any], ModelProcess]]:
    work = folder.parent / "work"
    work.mkdir(exist_ok=True)
    with ModelProcess(job_of(flavor, folder, images, **changes), work, lambda: None, 300) as process:
        yield process.load(), process


def run(flavor: str, folder: Path, images: list[Path], **changes: object) -> tuple[dict[str, Any], np.ndarray]:
    """All images; what is said of the model, and its responses."""
    with running(flavor, folder, images, **changes) as (info, process):
        responses, _ = process.respond(list(range(len(images))))
        return info, np.load(io.BytesIO(responses), allow_pickle=False)


def refusal(flavor: str, folder: Path, images: list[Path], **changes: object) -> Failure:
    with pytest.raises(Failure) as failed:
        run(flavor, folder, images, **changes)
    return failed.value


def pixels(images: list[Path], edge: int = EDGE) -> np.ndarray:
    """The whole images, resized; N × H × W × 3, 0 to 255."""
    opened = [Image.open(path).convert("RGB").resize((edge, edge), Image.Resampling.BILINEAR) for path in images]
    return np.stack([np.asarray(image) for image in opened])


STRETCH = {"resize": "STRETCH", "mean": [0.5], "std": [0.25]}


def normalized(images: list[Path]) -> np.ndarray:
    return ((pixels(images) / 255 - 0.5) / 0.25).transpose(0, 3, 1, 2).astype(np.float32)


@pytest.fixture(scope="module")
def network() -> Any:
    import torch

    torch.manual_seed(1)
    layers = [torch.nn.Conv2d(3, 4, 5, 2), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(784, 3)]
    return torch.nn.Sequential(*layers).eval()


@pytest.fixture(scope="module")
def exported(network: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network as MLflow saves it by default; to be copied. Exporting takes seconds."""
    return saved_network(network, tmp_path_factory.mktemp("exported") / "model")


def saved_network(network: Any, folder: Path, batch: int = 2, metadata: dict[str, Any] | None = None, **options: Any) -> Path:
    import mlflow.pytorch

    example = np.random.default_rng(0).standard_normal((batch, 3, EDGE, EDGE)).astype(np.float32)
    mlflow.pytorch.save_model(network, str(folder), input_example=example, metadata=metadata, pip_requirements=[], **options)
    return folder


@pytest.fixture(scope="module")
def parts() -> tuple[Any, Any]:
    import torch
    import transformers

    torch.manual_seed(2)
    config = transformers.ViTConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=EDGE, patch_size=8,
        id2label={0: "crow", 1: "owl", 2: "wren"}, label2id={"crow": 0, "owl": 1, "wren": 2},
    )  # fmt: skip
    processor = transformers.ViTImageProcessor(size={"height": EDGE, "width": EDGE})
    return transformers.ViTForImageClassification(config).eval(), processor


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(5)
    return random.random((60, 64)), np.array(["cat", "dog", "fox"])[np.arange(60) % 3]


class TestPytorch:
    def test_an_exported_module_needs_no_permission(self, network: Any, tmp_path: Path, images: list[Path]) -> None:
        import torch

        metadata = {"labels": ["a", "b", "c"], "preprocessing": STRETCH}
        folder = saved_network(network, tmp_path / "model", metadata=metadata)
        assert (folder / "data/model.pt2").is_file()
        info, responses = run("mlflow.pytorch", folder, images)
        np.testing.assert_allclose(responses, network(torch.tensor(normalized(images))).detach().numpy(), atol=1e-4)
        assert info["labels"] == ["a", "b", "c"] and info["preprocessing"]["resize"] == "STRETCH"
        assert info["inputShape"] == [None, 3, EDGE, EDGE] and "torch" in info["notes"][0]

    def test_without_a_description_the_note_says_what_was_assumed(self, network: Any, tmp_path: Path, images: list[Path]) -> None:
        folder = saved_network(network, tmp_path / "model", batch=1)
        info, responses = run("mlflow.pytorch", folder, images)
        assert responses.shape == (5, 3) and info["preprocessing"]["mean"] == [0.485, 0.456, 0.406]
        assert any("No preprocessing was described" in note for note in info["notes"])

    def test_the_last_operator_tells_probabilities(self, network: Any, tmp_path: Path, images: list[Path]) -> None:
        import torch

        folder = saved_network(torch.nn.Sequential(network, torch.nn.Softmax(1)).eval(), tmp_path / "model")
        info, responses = run("mlflow.pytorch", folder, images)
        assert info["kind"] == "PROBABILITIES"
        np.testing.assert_allclose(responses.sum(1), 1, atol=1e-5)

    def test_a_pickled_module_is_refused_unless_allowed(self, network: Any, tmp_path: Path, images: list[Path]) -> None:
        folder = saved_network(network, tmp_path / "model", serialization_format="pickle")
        failure = refusal("mlflow.pytorch", folder, images)
        assert failure.reason == "REFUSED" and "--allow-pickle" in failure.message
        assert run("mlflow.pytorch", folder, images, allow_pickle=True)[1].shape == (5, 3)

    def test_a_pickle_inside_an_archive_is_refused(self, exported: Path, tmp_path: Path, images: list[Path]) -> None:
        import zipfile

        folder = shutil.copytree(exported, tmp_path / "model")
        archive = folder / "data/model.pt2"
        marker = tmp_path / "ran"
        evil = f"cos\nsystem\n(S'touch {marker}'\ntR.".encode()
        with zipfile.ZipFile(archive) as old:
            entries = {name: old.read(name) for name in old.namelist()}
        name = next(name for name in entries if "sample_inputs" in name)
        entries[name] = evil
        with zipfile.ZipFile(archive, "w") as new:
            for entry, content in entries.items():
                new.writestr(entry, content)
        failure = refusal("mlflow.pytorch", folder, images)
        assert failure.reason == "REFUSED" and not marker.exists()

    @pytest.mark.parametrize("field", ["expr_str", "guards_code", "target", "name", "in_spec"])
    def test_an_archive_with_code_in_a_field_is_refused(self, exported: Path, tmp_path: Path, images: list[Path], field: str) -> None:
        """torch evaluates expr_str by sympy, runs guards and names as source, resolves targets, imports for trees."""
        import zipfile

        folder = shutil.copytree(exported, tmp_path / "model")
        archive = folder / "data/model.pt2"
        marker = tmp_path / "ran"
        code = f"__import__('os').system('touch {marker}')"
        with zipfile.ZipFile(archive) as old:
            entries = {name: old.read(name) for name in old.namelist()}
        name = next(name for name in entries if name.endswith("models/model.json"))
        program = json.loads(entries[name])
        graph = program["graph_module"]["graph"]
        if field == "expr_str":
            entries[name] = entries[name].replace(b"Symbol('s", f"[{code} for _ in [1]][0] + Symbol('s".encode())
        elif field == "guards_code":
            program["guards_code"] = [code]
        elif field == "target":
            graph["nodes"][1] = {**graph["nodes"][1], "target": "torch.os.system"}
            graph["nodes"][1]["inputs"] = [{"name": "", "arg": {"as_string": f"touch {marker}"}, "kind": 1}]
        elif field == "name":
            entries[name] = entries[name].replace(b'"input"', json.dumps(f"input={code}").encode())
        else:
            context = json.dumps({"default_factory_module": "antigravity", "default_factory_name": "webbrowser", "dict_context": []})
            tree = [1, {"type": "collections.defaultdict", "context": context, "children_spec": []}]
            program["graph_module"]["module_call_graph"][0]["signature"]["in_spec"] = json.dumps(tree)
        if field not in ("expr_str", "name"):
            entries[name] = json.dumps(program).encode()
        with zipfile.ZipFile(archive, "w") as new:
            for entry, content in entries.items():
                new.writestr(entry, content)
        failure = refusal("mlflow.pytorch", folder, images)
        assert failure.reason == "REFUSED" and field in failure.message and not marker.exists()

    @pytest.mark.parametrize(
        ("text", "is_data"),
        [
            ("Symbol('s31', positive=True, integer=True)", True),
            ("2*s0 + FloorDiv(s1 - 1, 2)", True),
            ("Max(1, s0) <= 4", True),
            ("__import__('os').system('true')", False),
            ("().__class__", False),
            ("Max('exec(1)')", False),
            ("Symbol('exec(1)')", False),
            ("eval(s0)", False),
            ("(lambda: 1)()", False),
            ("[x for x in y]", False),
        ],
    )
    def test_expressions_that_are_only_data(self, text: str, is_data: bool) -> None:
        from probelog_runner.flavors.exported_program import is_data_expression

        assert is_data_expression(text) == is_data

    def test_code_of_the_model_is_refused_unless_allowed(self, network: Any, tmp_path: Path, images: list[Path]) -> None:
        own = tmp_path / "own.py"
        own.write_text("")
        folder = saved_network(network, tmp_path / "model", code_paths=[str(own)])
        failure = refusal("mlflow.pytorch", folder, images)
        assert failure.reason == "REFUSED" and "--allow-remote-code" in failure.message
        assert run("mlflow.pytorch", folder, images, allow_remote_code=True)[1].shape == (5, 3)

    def test_what_is_no_image_classifier_is_not_applicable(self, tmp_path: Path, images: list[Path]) -> None:
        import mlflow.pytorch
        import torch

        folder = tmp_path / "model"
        example = np.zeros((2, 5), dtype=np.float32)
        mlflow.pytorch.save_model(torch.nn.Linear(5, 2), str(folder), input_example=example, pip_requirements=[])
        failure = refusal("mlflow.pytorch", folder, images)
        assert failure.reason == "NOT_APPLICABLE" and "5 numbers" in failure.message


class TestTransformers:
    def theirs(self, parts: tuple[Any, Any], images: list[Path]) -> np.ndarray:
        import torch

        values = ((pixels(images) / 255 - 0.5) / 0.5).transpose(0, 3, 1, 2).astype(np.float32)
        with torch.no_grad():
            return parts[0](torch.tensor(values)).logits.numpy()

    def test_a_repository_of_the_hub(self, parts: tuple[Any, Any], tmp_path: Path, images: list[Path]) -> None:
        folder = tmp_path / "files"
        for part in parts:
            part.save_pretrained(str(folder))
        info, responses = run("huggingface.transformers", folder, images)
        np.testing.assert_allclose(responses, self.theirs(parts, images), atol=1e-4)
        assert info["kind"] == "LOGITS" and info["labels"] == ["crow", "owl", "wren"]
        assert info["preprocessing"]["image_processor_type"].startswith("ViTImageProcessor")

    def test_several_labels_at_once(self, parts: tuple[Any, Any], tmp_path: Path, images: list[Path]) -> None:
        folder = tmp_path / "files"
        for part in parts:
            part.save_pretrained(str(folder))
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**config, "problem_type": "multi_label_classification"}))
        with running("huggingface.transformers", folder, images) as (info, _):
            assert info["kind"] == "MULTI_LABEL_LOGITS"

    def test_mlflow_keeps_model_and_processor(self, parts: tuple[Any, Any], tmp_path: Path, images: list[Path]) -> None:
        import mlflow.transformers

        folder = tmp_path / "model"
        model, processor = parts
        mlflow.transformers.save_model(
            {"model": model, "image_processor": processor}, str(folder), task="image-classification", pip_requirements=[]
        )
        info, responses = run("mlflow.transformers", folder, images)
        np.testing.assert_allclose(responses, self.theirs(parts, images), atol=1e-4)
        assert info["labels"] == ["crow", "owl", "wren"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"image_processor_type": "Nope"},
            {"model_binary": None, "pipeline_model_type": "Nope"},
        ],
    )
    @pytest.mark.parametrize("evil", ["components/image_processor/preprocessor_config.json", "model/config.json", "pipeline/config.json"])
    def test_code_is_not_run_wherever_mlflow_would_find_it(
        self, parts: tuple[Any, Any], tmp_path: Path, images: list[Path], changes: dict[str, Any], evil: str
    ) -> None:
        """MLflow trusts a version's own code where its MLmodel names a class that transformers does not have."""
        import mlflow.transformers
        import yaml

        folder, marker = tmp_path / "model", tmp_path / "ran"
        model, processor = parts
        mlflow.transformers.save_model(
            {"model": model, "image_processor": processor}, str(folder), task="image-classification", pip_requirements=[]
        )
        described = yaml.safe_load((folder / "MLmodel").read_text())
        flavor = {**described["flavors"]["transformers"], **changes}
        described["flavors"]["transformers"] = {name: value for name, value in flavor.items() if value is not None}
        (folder / "MLmodel").write_text(yaml.safe_dump(described))
        config = folder / evil
        config.parent.mkdir(exist_ok=True)
        fields = json.loads(config.read_text()) if config.exists() else {"model_type": "nope", "architectures": ["Nope"]}
        auto_map = {name: "evil.Evil" for name in ("AutoConfig", "AutoImageProcessor", "AutoModelForImageClassification")}
        config.write_text(json.dumps({**fields, "auto_map": auto_map}))
        (config.parent / "evil.py").write_text(f"open({str(marker)!r}, 'w')\nclass Evil: pass\n")
        failure = refusal("mlflow.transformers", folder, images)
        assert failure.reason in ("REFUSED", "LOAD_FAILED") and not marker.exists()
        assert failure.reason == "LOAD_FAILED" or "--allow-remote-code" in failure.message

    @pytest.mark.parametrize(
        "fields",
        [
            {"pipeline_model_type": "Nope"},
            {"image_processor_type": "Nope"},
            {"image_processor_type": None},
            {"processor_type": "Nope"},
            {"components": ["../elsewhere"]},
            {"components": {"image_processor": 1}},
        ],
    )
    def test_only_classes_of_transformers_are_loaded(self, fields: dict[str, Any]) -> None:
        from probelog_runner.flavors.mlflow_transformers import check_classes

        good = {"pipeline_model_type": "ViTForImageClassification", "components": ["image_processor"], "image_processor_type": "ViTImageProcessor"}
        check_classes(good)
        with pytest.raises(Failure):
            check_classes({**good, **fields})

    @pytest.mark.parametrize(
        ("change", "reason", "message"),
        [
            ({"auto_map": {"AutoModelForImageClassification": "own.Own"}}, "REFUSED", "--allow-remote-code"),
            ({"architectures": ["ViTModel"]}, "NOT_APPLICABLE", "ViTModel"),
        ],
    )
    def test_what_its_config_rules_out(
        self, parts: tuple[Any, Any], tmp_path: Path, images: list[Path], change: dict[str, Any], reason: str, message: str
    ) -> None:
        folder = tmp_path / "files"
        parts[0].save_pretrained(str(folder))
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**config, **change}))
        failure = refusal("huggingface.transformers", folder, images)
        assert failure.reason == reason and message in failure.message

    def test_pickled_weights_are_refused_unless_allowed(self, parts: tuple[Any, Any], tmp_path: Path, images: list[Path]) -> None:
        import torch

        folder = tmp_path / "files"
        for part in parts:
            part.save_pretrained(str(folder))
        (folder / "model.safetensors").unlink()
        torch.save(parts[0].state_dict(), folder / "pytorch_model.bin")
        assert refusal("huggingface.transformers", folder, images).reason == "REFUSED"
        _, responses = run("huggingface.transformers", folder, images, allow_pickle=True)
        np.testing.assert_allclose(responses, self.theirs(parts, images), atol=1e-4)


class TestTimm:
    def test_a_repository_of_the_hub(self, tmp_path: Path, images: list[Path]) -> None:
        import safetensors.torch
        import timm
        import timm.data
        import torch

        torch.manual_seed(3)
        arguments = {"stem_width": 4, "channels": [4, 4, 8, 8], "layers": [1, 1, 1, 1]}
        model = timm.create_model("resnet18", num_classes=3, **arguments).eval()
        folder = tmp_path / "files"
        folder.mkdir()
        safetensors.torch.save_file(model.state_dict(), folder / "model.safetensors")
        pretrained = {
            "input_size": [3, 64, 64], "crop_pct": 0.875, "interpolation": "bicubic", "crop_mode": "center",
            "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "num_classes": 3, "label_names": ["a", "b", "c"],
        }  # fmt: skip
        config = {"architecture": "resnet18", "num_classes": 3, "model_args": arguments, "pretrained_cfg": pretrained}
        (folder / "config.json").write_text(json.dumps(config))
        info, responses = run("huggingface.timm", folder, images)
        transform = timm.data.create_transform(**timm.data.resolve_data_config(pretrained_cfg=pretrained))
        with torch.no_grad():
            theirs = model(torch.stack([transform(Image.open(path)) for path in images])).numpy()
        np.testing.assert_allclose(responses, theirs, atol=1e-4)
        assert info["labels"] == ["a", "b", "c"] and info["inputShape"] == [None, 3, 64, 64]


class TestKeras:
    def save(self, folder: Path, layers: list[Any], metadata: dict[str, Any] | None = None) -> Any:
        import keras
        import mlflow.keras

        keras.utils.set_random_seed(4)
        model = keras.Sequential([keras.Input((EDGE, EDGE, 3)), *layers])
        mlflow.keras.save_model(model, str(folder), metadata=metadata, pip_requirements=[])
        return model

    def test_a_model_that_rescales_its_images_gets_pixels(self, tmp_path: Path, images: list[Path]) -> None:
        from keras import layers

        folder = tmp_path / "model"
        model = self.save(folder, [layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(3, activation="softmax")])
        info, responses = run("mlflow.keras", folder, images)
        np.testing.assert_allclose(responses, model.predict(pixels(images).astype(np.float32), verbose=0), atol=1e-4)
        assert info["kind"] == "PROBABILITIES" and any("rescales its images itself" in note for note in info["notes"])

    def test_a_lambda_layer_is_refused(self, tmp_path: Path, images: list[Path]) -> None:
        from keras import layers

        folder = tmp_path / "model"
        self.save(folder, [layers.Flatten(), layers.Lambda(lambda x: x * 2), layers.Dense(3)])
        failure = refusal("mlflow.keras", folder, images)
        assert failure.reason == "REFUSED" and "--allow-remote-code" in failure.message


class TestSklearn:
    def save(self, model: Any, rows: tuple[np.ndarray, np.ndarray], folder: Path, **options: Any) -> Path:
        import mlflow.sklearn

        mlflow.sklearn.save_model(model.fit(*rows), str(folder), input_example=rows[0][:2], pip_requirements=[], **options)
        return folder

    def test_rows_of_pixels(self, rows: tuple[np.ndarray, np.ndarray], tmp_path: Path, images: list[Path]) -> None:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression()
        folder = self.save(model, rows, tmp_path / "model")
        info, responses = run("mlflow.sklearn", folder, images)
        gray = [np.asarray(Image.open(path).convert("L").resize((8, 8), Image.Resampling.BILINEAR)) for path in images]
        np.testing.assert_allclose(responses, model.predict_proba(np.stack(gray).reshape(5, 64) / 255), atol=1e-5)
        assert info["kind"] == "PROBABILITIES" and info["labels"] == ["cat", "dog", "fox"]

    def test_no_classifier_and_no_image_are_not_applicable(
        self, rows: tuple[np.ndarray, np.ndarray], tmp_path: Path, images: list[Path]
    ) -> None:
        from sklearn.linear_model import LinearRegression, LogisticRegression

        numbers = (rows[0], np.arange(60.0))
        assert refusal("mlflow.sklearn", self.save(LinearRegression(), numbers, tmp_path / "a"), images).reason == "NOT_APPLICABLE"
        flowers = (rows[0][:, :4], rows[1])
        failure = refusal("mlflow.sklearn", self.save(LogisticRegression(), flowers, tmp_path / "b"), images)
        assert failure.reason == "NOT_APPLICABLE" and "4 numbers" in failure.message

    def test_a_pickle_is_refused_unless_allowed(
        self, rows: tuple[np.ndarray, np.ndarray], tmp_path: Path, images: list[Path]
    ) -> None:
        from sklearn.linear_model import LogisticRegression

        folder = self.save(LogisticRegression(), rows, tmp_path / "model", serialization_format="cloudpickle")
        failure = refusal("mlflow.sklearn", folder, images)
        assert failure.reason == "REFUSED" and "--allow-pickle" in failure.message
        assert run("mlflow.sklearn", folder, images, allow_pickle=True)[1].shape == (5, 3)


    @pytest.mark.parametrize(
        ("make", "kind", "outputs"),
        [
            (lambda n: n.MLPClassifier((4,), max_iter=5), "MULTI_LABEL_PROBABILITIES", 2),
            (lambda n: n.make_pipeline(n.StandardScaler(), n.MLPClassifier((4,), max_iter=5)), "MULTI_LABEL_PROBABILITIES", 2),
            (lambda n: n.OneVsRestClassifier(n.LinearSVC()), "MULTI_LABEL_LOGITS", 2),
            (lambda n: n.make_pipeline(n.OneVsRestClassifier(n.LogisticRegression())), "MULTI_LABEL_PROBABILITIES", 2),
        ],
    )
    def test_several_labels_at_once(self, rows: tuple[np.ndarray, np.ndarray], make: Any, kind: str, outputs: int) -> None:
        import types

        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier
        from sklearn.neural_network import MLPClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.svm import LinearSVC

        from probelog_runner.flavors.mlflow_sklearn import scores_of
        from probelog_runner.job import Info

        names = types.SimpleNamespace(**{key: value for key, value in locals().items() if callable(value)})
        model = make(names).fit(rows[0], np.random.default_rng(1).integers(0, 2, (60, 2)))
        info = Info()
        assert np.asarray(scores_of(model, False, info)(rows[0][:5])).shape == (5, outputs) and info.kind == kind

    def test_a_score_per_pair_of_classes_is_not_applicable(self, rows: tuple[np.ndarray, np.ndarray]) -> None:
        from sklearn.svm import SVC

        from probelog_runner.flavors.mlflow_sklearn import scores_of
        from probelog_runner.job import Info

        with pytest.raises(Failure, match="per pair"):
            scores_of(SVC(decision_function_shape="ovo").fit(*rows), False, Info())
        info = Info()
        assert scores_of(SVC().fit(*rows), False, info)(rows[0][:5]).shape == (5, 3) and info.kind == "LOGITS"


class TestPyfunc:
    def test_a_python_model_is_refused_unless_allowed(self, tmp_path: Path, images: list[Path]) -> None:
        import mlflow.pyfunc

        class Mean(mlflow.pyfunc.PythonModel):
            def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
                return np.asarray(model_input).mean((2, 3))

        folder = tmp_path / "model"
        example = np.zeros((2, 3, EDGE, EDGE), dtype=np.float32)
        mlflow.pyfunc.save_model(
            str(folder),
            python_model=Mean(),
            input_example=example,
            pip_requirements=[],
            metadata={"preprocessing": STRETCH, "labels": ["r", "g", "b"]},
        )
        assert refusal("mlflow.pyfunc", folder, images).reason == "REFUSED"
        info, responses = run("mlflow.pyfunc", folder, images, allow_pickle=True)
        np.testing.assert_allclose(responses, normalized(images).mean((2, 3)), atol=1e-4)
        assert info["kind"] == "UNKNOWN" and info["labels"] == ["r", "g", "b"]


class TestOnnx:
    def test_a_model_of_mlflow(self, tmp_path: Path, images: list[Path]) -> None:
        import mlflow.onnx
        from onnx import TensorProto, helper

        nodes = [helper.make_node("ReduceMean", ["x"], ["y"], axes=[2, 3], keepdims=0)]
        inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, EDGE, EDGE])]
        outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])]
        graph = helper.make_graph(nodes, "mean", inputs, outputs)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        folder = tmp_path / "model"
        mlflow.onnx.save_model(model, str(folder), metadata={"preprocessing": STRETCH}, pip_requirements=[])
        info, responses = run("mlflow.onnx", folder, images)
        np.testing.assert_allclose(responses, normalized(images).mean((2, 3)), atol=1e-4)
        assert info["outputName"] == "y"


def test_code_that_no_check_knows_starts_no_program() -> None:
    import subprocess
    import sys

    code = (
        "import os, sys, subprocess\n"
        "from probelog_runner.confine import PickleGuard\n"
        "guard = PickleGuard(); guard.watch()\n"
        "for start in (lambda: os.system('echo ran'), lambda: subprocess.run(['echo', 'ran']), lambda: os.execv('/bin/echo', ['echo', 'ran'])):\n"
        "    try: start()\n    except Exception as error: print(error.reason)\n"
    )
    source = str(Path(__file__).parent.parent / "src")
    made = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": source}, capture_output=True, text=True)
    assert made.stdout.split() == ["REFUSED"] * 3, made.stderr


def test_a_pickle_that_no_check_knows_meets_the_guard(tmp_path: Path, images: list[Path]) -> None:
    """As in a library's next release: the check before is left out."""
    import subprocess
    import sys

    code = (
        "import pickle, collections\n"
        "from probelog_runner.confine import PickleGuard\n"
        "data = pickle.dumps(collections.OrderedDict(a=1)); guard = PickleGuard(); guard.watch()\n"
        "try: pickle.loads(data)\nexcept Exception: pass\n"
        "print(guard.refused.reason)"
    )
    source = str(Path(__file__).parent.parent / "src")
    made = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": source}, capture_output=True, text=True)
    assert made.stdout.strip() == "REFUSED"
