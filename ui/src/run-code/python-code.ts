import type { ModelInput, RunnableModel } from './model-input.js';

/** A program for Python that runs a model on an image. Pillow resamples as ProbeLog does, to the last bit. */
export function pythonCode({ input, output, givesProbabilities }: RunnableModel): string {
  const { width, height, scale, mean, std, isGray, isBgr, isChannelsLast, resample, padColor } = input;
  const mode = isGray ? 'L' : 'RGB';
  const color = isGray ? padColor[0] : `(${padColor.join(', ')})`;
  return `import numpy as np
import onnxruntime
from PIL import Image, ImageOps

TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(uint8)": np.uint8, "tensor(int32)": np.int32}
session = onnxruntime.InferenceSession("model.onnx")
model_input = session.get_inputs()[0]


def prepare(path):
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")${isGray ? '.convert("L")' : ''}
    width, height = image.size
${indented(sizing(input))}
    image = image.resize(size, Image.Resampling.${resample})
    framed = Image.new("${mode}", (${width}, ${height}), ${color})
    framed.paste(image, (-left, -top))
    values = np.asarray(framed, dtype=np.float32).reshape(${height}, ${width}, -1)
    if TYPES[model_input.type] in (np.float32, np.float16):
        values = (values * ${scale} - np.array(${list(mean)})) / np.array(${list(std)})
${isBgr ? '    values = values[..., ::-1]\n' : ''}${isChannelsLast ? '' : '    values = values.transpose(2, 0, 1)\n'}    return values[np.newaxis].astype(TYPES[model_input.type])


def run(path):
    ${givesProbabilities ? '# Probabilities: ProbeLog has what comes before them, which is their logarithm and a constant.\n    ' : ''}return session.run(${output === null ? 'None' : `[${JSON.stringify(output)}]`}, {model_input.name: prepare(path)})[0][0].ravel()


if __name__ == "__main__":
    outputs = run("image.jpg")
    for index in outputs.argsort()[:-6:-1]:
        print(index, outputs[index])
`;
}

/** Lines that say how large the image becomes (`size`) and where its result begins (`left`, `top`). */
function sizing(input: ModelInput): string {
  const { width, height, resize, target, rounding, cropFraction, shortEdge } = input;
  switch (resize) {
    case 'STRETCH':
      return `size = (${target.width}, ${target.height})\n${center(input)}`;
    case 'NONE':
      return `size = (width, height)\n${center(input)}`;
    case 'CROP_FIRST':
      return `edge = max(1, int(${cropFraction} * min(width, height)))
x, y = (width - edge) // 2, (height - edge) // 2
image = image.crop((x, y, x + edge, y + edge))
size, left, top = (${width}, ${height}), 0, 0`;
    case 'PAD':
      return rounding === 'TORCHVISION'
        ? `ratio = max(width / ${width}, height / ${height})
size = (max(1, round(width / ratio)), max(1, round(height / ratio)))
${center(input)}`
        : `if width / height > ${width} / ${height}:
    size = (${width}, max(1, round(height / width * ${width})))
else:
    size = (max(1, round(width / height * ${height})), ${height})
left, top = -round((${width} - size[0]) / 2), -round((${height} - size[1]) / 2)`;
    case 'CROP':
      if (shortEdge !== undefined) {
        const long = (edge: string, other: string) =>
          rounding === 'PADDLE'
            ? `round(${edge} * (${shortEdge} / ${other}))`
            : `int(${shortEdge} * ${edge} / ${other})`;
        return `if width <= height:
    size = (${shortEdge}, ${long('height', 'width')})
else:
    size = (${long('width', 'height')}, ${shortEdge})
${center(input)}`;
      }
      return rounding === 'TORCHVISION'
        ? `ratio = min(width / ${target.width}, height / ${target.height})
size = (round(width / ratio), round(height / ratio))
${center(input)}`
        : `if ${target.width} * height >= ${target.height} * width:
    size = (${target.width}, max(${target.height}, int(${target.width} * height / width)))
else:
    size = (max(${target.width}, int(${target.height} * width / height)), ${target.height})
${center(input)}`;
  }
}

function center({ width, height, rounding }: ModelInput): string {
  if (rounding !== 'TORCHVISION') return `left, top = (size[0] - ${width}) // 2, (size[1] - ${height}) // 2`;
  return `left, top = (round(edge / 2) if edge >= 0 else -(-edge // 2) for edge in (size[0] - ${width}, size[1] - ${height}))`;
}

function list(values: readonly number[]): string {
  return `[${values.join(', ')}]`;
}

function indented(lines: string): string {
  return lines.replace(/^/gm, '    ');
}
