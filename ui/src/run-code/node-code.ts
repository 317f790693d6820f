import type { ModelInput, RunnableModel } from './model-input.js';

/** Filters by their support and their value at x ≥ 0, as docs/pixels.md has them. */
const FILTERS: Readonly<
  Record<Exclude<ModelInput['resample'], 'NEAREST'>, [support: number, value: string]>
> = {
  BOX: [0.5, '(x > -0.5 && x <= 0.5 ? 1 : 0)'],
  BILINEAR: [1, 'Math.max(0, 1 - Math.abs(x))'],
  HAMMING: [1, '(Math.abs(x) < 1 ? sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x)) : 0)'],
  BICUBIC: [2, 'cubic(Math.abs(x))'],
  LANCZOS: [3, '(Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0)'],
};
const SINC = 'const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));\n';
const CUBIC =
  'const cubic = (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0);\n';
const HALF_EVEN = `/** Half to the even number. */
function round(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

`;

/** A program for Node that runs a model on an image. It resamples by itself: sharp's resizing gives other pixels. */
export function nodeCode({ input, output, givesProbabilities }: RunnableModel): string {
  const { width, height, scale, mean, std, padColor, isBgr, isChannelsLast, isGray } = input;
  const channels = isGray ? 1 : 3;
  const body = sizing(input);
  const needsRounding = body.includes('round(') && /(?<!Math\.)\bround\(/.test(body);
  const values = isChannelsLast
    ? `(y * ${width} + x) * ${channels} + c`
    : `(c * ${height} + y) * ${width} + x`;
  const dims = isChannelsLast
    ? `[1, ${height}, ${width}, ${channels}]`
    : `[1, ${channels}, ${height}, ${width}]`;
  return `import ort from 'onnxruntime-node';
import sharp from 'sharp';

const TYPES = { float32: Float32Array, uint8: Uint8Array, int32: Int32Array };
const session = await ort.InferenceSession.create('model.onnx');
const [{ name, type }] = session.inputMetadata;

${needsRounding ? HALF_EVEN : ''}${resampling(input)}
async function prepare(path) {
  const decoded = sharp(path, { ignoreIcc: true }).autoOrient().removeAlpha().toColorspace('srgb').raw();
  const { data, info } = await decoded.toBuffer({ resolveWithObject: true });
  let image = toChannels({ data, width: info.width, height: info.height, channels: info.channels });
  const { width, height } = image;
${indented(body)}
  image = resize(image, newWidth, newHeight);
  const values = new TYPES[type](${width} * ${height} * ${channels});
  const MEAN = [${mean.join(', ')}];
  const STD = [${std.join(', ')}];
  const BORDER = [${padColor.join(', ')}];
  for (let y = 0; y < ${height}; y++)
    for (let x = 0; x < ${width}; x++)
      for (let c = 0; c < ${channels}; c++) {
        const [column, row${isBgr ? ', channel' : ''}] = [x + left, y + top${isBgr ? ', 2 - c' : ''}];
        const isInside = column >= 0 && row >= 0 && column < newWidth && row < newHeight;
        const pixel = isInside ? image.data[(row * newWidth + column) * ${channels} + ${isBgr ? 'channel' : 'c'}] : BORDER[${isBgr ? 'channel' : 'c'}];
        values[${values}] =
          type === 'float32' ? (pixel * ${scale} - MEAN[${isBgr ? 'channel' : 'c'}]) / STD[${isBgr ? 'channel' : 'c'}] : pixel;
      }
  return new ort.Tensor(type, values, ${dims});
}

${givesProbabilities ? '/** Probabilities: ProbeLog has what comes before them, which is their logarithm and a constant. */\n' : ''}export async function run(path) {
  const outputs = await session.run({ [name]: await prepare(path) });
  return outputs[${output === null ? 'session.outputNames[0]' : JSON.stringify(output)}].data;
}

const outputs = [...(await run(process.argv[2] ?? 'image.jpg'))];
const best = [...outputs.keys()].sort((a, b) => outputs[b] - outputs[a]).slice(0, 5);
for (const index of best) console.log(index, outputs[index]);
`;
}

function resampling({ isGray, resample }: ModelInput): string {
  const toChannels = isGray
    ? `/** One channel of luminance. */
function toChannels({ data, width, height, channels }) {
  const at = (pixel, c) => data[pixel * channels + (channels === 3 ? c : 0)];
  const luminance = Uint8Array.from(
    { length: width * height },
    (_, p) => (19595 * at(p, 0) + 38470 * at(p, 1) + 7471 * at(p, 2) + 32768) >> 16,
  );
  return { data: luminance, width, height, channels: 1 };
}`
    : `/** Three channels. */
function toChannels({ data, width, height, channels }) {
  if (channels === 3) return { data, width, height, channels };
  return { data: Uint8Array.from({ length: 3 * width * height }, (_, i) => data[Math.floor(i / 3)]), width, height, channels: 3 };
}`;
  const transpose = `
/** Rows become columns. */
function transposed({ data, width, height, channels }) {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) turned[(x * height + y) * channels + c] = data[(y * width + x) * channels + c];
  return { data: turned, width: height, height: width, channels };
}

function resize(image, width, height) {
  return transposed(resampled(transposed(resampled(image, width)), height));
}
`;
  return `${toChannels}

${resample === 'NEAREST' ? nearest() : filtered(...FILTERS[resample])}${transpose}`;
}

function nearest(): string {
  return `/** Rows of another length. The place is advanced by additions, as in Pillow, whose rounding this follows. */
function resampled({ data, width, height, channels }, to) {
  const rows = new Uint8Array(to * height * channels);
  const step = width / to;
  for (let i = 0, place = step / 2; i < to; i++, place += step) {
    const from = Math.min(width - 1, Math.trunc(place));
    for (let y = 0; y < height; y++)
      for (let c = 0; c < channels; c++) rows[(y * to + i) * channels + c] = data[(y * width + from) * channels + c];
  }
  return { data: rows, width: to, height, channels };
}
`;
}

function filtered(support: number, value: string): string {
  const functions = `${value.includes('sinc') ? SINC : ''}${value.includes('cubic') ? CUBIC : ''}`;
  return `${functions}const filter = (x) => ${value};

/** Rows of another length, resampled as Pillow does. */
function resampled({ data, width, height, channels }, to) {
  if (to === width) return { data, width, height, channels };
  const rows = new Uint8ClampedArray(to * height * channels);
  const scale = width / to;
  const stretch = Math.max(scale, 1);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - ${support} * stretch + 0.5));
    const end = Math.min(width, Math.trunc(center + ${support} * stretch + 0.5));
    const raw = Array.from({ length: end - first }, (_, k) => filter((first + k - center + 0.5) / stretch));
    const sum = raw.reduce((a, b) => a + b, 0);
    const weights = raw.map((weight) => Math.round((weight / sum) * 2 ** 22));
    for (let y = 0; y < height; y++)
      for (let c = 0; c < channels; c++) {
        let total = 2 ** 21;
        weights.forEach((weight, k) => (total += weight * data[(y * width + first + k) * channels + c]));
        rows[(y * to + i) * channels + c] = Math.floor(total / 2 ** 22);
      }
  }
  return { data: rows, width: to, height, channels };
}
`;
}

/** Lines that say how large the image becomes, and where its result begins. */
function sizing(input: ModelInput): string {
  const { width, height, resize, target, rounding, cropFraction, shortEdge } = input;
  const size = (newWidth: string | number, newHeight: string | number) =>
    `const [newWidth, newHeight] = [${newWidth}, ${newHeight}];`;
  switch (resize) {
    case 'STRETCH':
      return `${size(target.width, target.height)}\n${center(input)}`;
    case 'NONE':
      return `${size('width', 'height')}\n${center(input)}`;
    case 'CROP_FIRST':
      return `const edge = Math.max(1, Math.trunc(${cropFraction} * Math.min(width, height)));
image = cut(image, Math.floor((width - edge) / 2), Math.floor((height - edge) / 2), edge);
${size(width, height)}
const [left, top] = [0, 0];

function cut({ data, width, channels }, left, top, edge) {
  const rows = Array.from({ length: edge }, (_, y) => {
    const from = ((top + y) * width + left) * channels;
    return data.subarray(from, from + edge * channels);
  });
  return { data: Buffer.concat(rows), width: edge, height: edge, channels };
}`;
    case 'PAD':
      return rounding === 'TORCHVISION'
        ? `const ratio = Math.max(width / ${width}, height / ${height});
${size('Math.max(1, round(width / ratio))', 'Math.max(1, round(height / ratio))')}
${center(input)}`
        : `const isWide = width / height > ${width} / ${height};
${size(`isWide ? ${width} : Math.max(1, round((width / height) * ${height}))`, `isWide ? Math.max(1, round((height / width) * ${width})) : ${height}`)}
const [left, top] = [-round((${width} - newWidth) / 2), -round((${height} - newHeight) / 2)];`;
    case 'CROP': {
      if (shortEdge !== undefined) {
        const long = (edge: string, other: string) =>
          rounding === 'PADDLE'
            ? `round(${edge} * (${shortEdge} / ${other}))`
            : `Math.trunc((${shortEdge} * ${edge}) / ${other})`;
        return `${size(`width <= height ? ${shortEdge} : ${long('width', 'height')}`, `width <= height ? ${long('height', 'width')} : ${shortEdge}`)}
${center(input)}`;
      }
      if (rounding === 'TORCHVISION')
        return `const ratio = Math.min(width / ${target.width}, height / ${target.height});
${size('round(width / ratio)', 'round(height / ratio)')}
${center(input)}`;
      return `const isTall = ${target.width} * height >= ${target.height} * width;
${size(
  `isTall ? ${target.width} : Math.max(${target.width}, Math.trunc((${target.height} * width) / height))`,
  `isTall ? Math.max(${target.height}, Math.trunc((${target.width} * height) / width)) : ${target.height}`,
)}
${center(input)}`;
    }
  }
}

function center({ width, height, rounding }: ModelInput): string {
  if (rounding !== 'TORCHVISION')
    return `const [left, top] = [Math.floor((newWidth - ${width}) / 2), Math.floor((newHeight - ${height}) / 2)];`;
  return `const start = (rest) => (rest >= 0 ? round(rest / 2) : -Math.floor(-rest / 2));
const [left, top] = [start(newWidth - ${width}), start(newHeight - ${height})];`;
}

function indented(lines: string): string {
  return lines.replace(/^(?=.)/gm, '  ');
}
