"""Small text-image encoders with random weights in the layouts that people publish, and transformers' own embeddings with them.

usage: make_encoders.py FOLDER
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertModel,
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    PreTrainedTokenizerFast,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
)

warnings.filterwarnings("ignore")
torch.manual_seed(7)

SIZE = 32
DIMENSIONS = 24
LENGTH = 16
TEXTS = ["dog", "a photo of a dog", "red car", "two cats on a sofa", "snow"]
WORDS = sorted({word for text in [*TEXTS, "house"] for word in text.split()})
SPECIAL = ["[PAD]", "[START]", "[UNK]"]
# CLIP pools at the largest id.
END = len(SPECIAL) + len(WORDS)
TOWER = {"hidden_size": DIMENSIONS, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2}
VISION = {**TOWER, "image_size": SIZE, "patch_size": 8}


def tokenizer(length: int) -> PreTrainedTokenizerFast:
    vocabulary = {word: place for place, word in enumerate([*SPECIAL, *WORDS, "[END]"])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="[START] $A [END]", special_tokens=[("[START]", 1), ("[END]", END)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", eos_token="[END]", model_max_length=length
    )


class Module(torch.nn.Module):
    """A function of a model as a graph."""

    def __init__(self, model: torch.nn.Module, run) -> None:
        super().__init__()
        self.model = model
        self.function = run

    def forward(self, *inputs):
        return self.function(self.model, *inputs)


def export(model, run, inputs: dict, path: Path, output: str, free: bool = True) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    axes = {name: {0: "batch"} for name in [*inputs, output]}
    if free:
        for name, value in inputs.items():
            if value.dim() == 2:
                axes[name][1] = "length"
    torch.onnx.export(
        Module(model, run).eval(),
        tuple(inputs.values()),
        str(path),
        input_names=list(inputs),
        output_names=[output],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )


def pooled(found):
    return found if isinstance(found, torch.Tensor) else found.pooler_output


def unit(values: torch.Tensor) -> list:
    return torch.nn.functional.normalize(values.detach().double(), dim=-1).tolist()


def tokens(made: PreTrainedTokenizerFast, padding, *names: str) -> dict:
    encoded = made(TEXTS, return_tensors="pt", padding=padding, truncation=True)
    return {name: encoded[name] for name in names}


def images(folder: Path) -> list:
    random = np.random.default_rng(3)
    made = []
    for place in range(3):
        # Smooth, so that rounding does not matter.
        corners = Image.fromarray(random.integers(0, 255, (3, 3, 3), dtype=np.uint8))
        image = corners.resize((SIZE, SIZE), Image.Resampling.BILINEAR)
        image.save(folder / f"{place}.png")
        made.append(image)
    return made


def clip_config() -> CLIPConfig:
    text = {**TOWER, "max_position_embeddings": LENGTH, "vocab_size": END + 1}
    text |= {"eos_token_id": END, "pad_token_id": 0, "bos_token_id": 1}
    return CLIPConfig(text_config=text, vision_config=VISION, projection_dim=DIMENSIONS)


def save(folder: Path, config: dict, made: PreTrainedTokenizerFast | None, processor) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    if made is not None:
        made.save_pretrained(folder)
    if processor is not None:
        processor.save_pretrained(folder)


def vision_tower(model, processor, shown, path: Path, output: str) -> list:
    pixels = {"pixel_values": processor(shown, return_tensors="pt")["pixel_values"]}
    run = lambda model, pixel_values: pooled(model.get_image_features(pixel_values=pixel_values))
    export(model, run, pixels, path, output)
    return unit(run(model, **pixels))


def clip(folder: Path, shown: list) -> dict:
    """A causal text tower: what follows a text's end changes nothing."""
    model, made = CLIPModel(clip_config()).eval(), tokenizer(LENGTH)
    processor = CLIPImageProcessor(size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE})
    save(folder, model.config.to_dict(), made, processor)
    run = lambda model, input_ids, attention_mask: pooled(
        model.get_text_features(input_ids=input_ids, attention_mask=attention_mask)
    )
    inputs = tokens(made, True, "input_ids", "attention_mask")
    export(model, run, inputs, folder / "onnx/text_model.onnx", "text_embeds")
    seen = vision_tower(model, processor, shown, folder / "onnx/vision_model.onnx", "image_embeds")
    return {"texts": unit(run(model, **inputs)), "images": seen}


def siglip(folder: Path, shown: list) -> dict:
    """Texts are padded to a fixed length, without a mask, and pooled at the last token."""
    text = {**TOWER, "max_position_embeddings": LENGTH, "vocab_size": END + 1, "projection_size": DIMENSIONS}
    text |= {"eos_token_id": END, "pad_token_id": 0, "bos_token_id": 1}
    model = SiglipModel(SiglipConfig(text_config=text, vision_config=VISION)).eval()
    made = tokenizer(LENGTH)
    processor = SiglipImageProcessor(size={"height": SIZE, "width": SIZE})
    save(folder, model.config.to_dict(), made, processor)
    run = lambda model, input_ids: pooled(model.get_text_features(input_ids=input_ids))
    inputs = tokens(made, "max_length", "input_ids")
    export(model, run, inputs, folder / "onnx/text_model.onnx", "pooler_output")
    seen = vision_tower(model, processor, shown, folder / "onnx/vision_model.onnx", "pooler_output")
    return {"texts": unit(run(model, **inputs)), "images": seen}


def bert() -> BertModel:
    return BertModel(BertConfig(**TOWER, vocab_size=END + 1, max_position_embeddings=LENGTH)).eval()


def mobileclip(folder: Path, shown: list) -> dict:
    """CLIP's names for a tower that attends to padding, too, exported for one length."""
    model, made, words = CLIPModel(clip_config()).eval(), tokenizer(LENGTH), bert()
    processor = CLIPImageProcessor(
        size={"shortest_edge": SIZE},
        crop_size={"height": SIZE, "width": SIZE},
        image_mean=[0, 0, 0],
        image_std=[1, 1, 1],
    )
    save(folder, model.config.to_dict(), made, processor)

    def run(model, input_ids):
        states = model(input_ids=input_ids, attention_mask=torch.ones_like(input_ids)).last_hidden_state
        return states[torch.arange(states.shape[0]), input_ids.argmax(dim=-1)]

    inputs = tokens(made, "max_length", "input_ids")
    export(words, run, inputs, folder / "onnx/text_model.onnx", "text_embeds", free=False)
    seen = vision_tower(model, processor, shown, folder / "onnx/vision_model.onnx", "image_embeds")
    return {"texts": unit(run(words, **inputs)), "images": seen}


def pair(folder: Path, shown: list) -> dict:
    """A text tower of sentence-transformers beside CLIP's image tower."""
    words, made = bert(), tokenizer(LENGTH)
    words.dense = torch.nn.Linear(DIMENSIONS, DIMENSIONS)

    def run(model, input_ids, attention_mask):
        states = model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).float()
        return model.dense((states * mask).sum(1) / mask.sum(1))

    save(folder / "text", words.config.to_dict(), made, None)
    inputs = tokens(made, True, "input_ids", "attention_mask")
    export(words, run, inputs, folder / "text/onnx/model.onnx", "sentence_embedding")
    model = CLIPModel(clip_config()).eval()
    processor = CLIPImageProcessor(size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE})
    save(folder / "vision", model.config.to_dict(), None, processor)
    seen = vision_tower(model, processor, shown, folder / "vision/onnx/vision_model.onnx", "image_embeds")
    return {"texts": unit(run(words, **inputs)), "images": seen}


def main() -> None:
    root = Path(sys.argv[1])
    shown = images(root)
    made = {make.__name__: make(root / make.__name__, shown) for make in (clip, siglip, mobileclip, pair)}
    (root / "expected.json").write_text(json.dumps({"texts": TEXTS, **made}))


if __name__ == "__main__":
    main()
