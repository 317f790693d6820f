import type { ModelInspection } from '../../model-inspection.js';
import type { PreprocessingSpec } from '../../preprocessing/preprocessing-spec.js';

/** What ONNX Runtime takes for float32, float16 (as bits) and uint8. */
export type TensorData = Float32Array | Uint16Array | Uint8Array;

/**
 * Turns pixels into a model's numbers: `(pixel · scale − mean[c]) / std[c]` through one table of 256 entries per
 * channel, in the model's layout and channel order.
 */
export interface TensorFiller {
  /** Room for a batch. */
  allocate(batch: number): TensorData;
  /** Writes `count` images (see `bytesPerImage` for their order) to the start of `data`. */
  fill(data: TensorData, pixels: Uint8Array, count: number): void;
}

/** @param encodeHalf float32 → float16 bits; used for float16 inputs only */
export function tensorFiller(
  input: Pick<ModelInspection['input'], 'layout' | 'type' | 'width' | 'height' | 'channels'>,
  spec: PreprocessingSpec,
  encodeHalf: (values: Float32Array) => Uint16Array,
): TensorFiller {
  const { layout, type, channels } = input;
  const area = input.width * input.height;
  const sources = Array.from({ length: channels }, (_, c) =>
    spec.channelOrder === 'BGR' ? channels - 1 - c : c,
  );
  const tables = sources.map((source) => tableOf(type, spec, source, encodeHalf));
  return {
    allocate: (batch) => room(type, batch * area * channels),
    fill(data, pixels, count) {
      for (let image = 0; image < count; image++) {
        const start = image * area * channels;
        for (let c = 0; c < channels; c++) {
          const target = layout === 'NCHW' ? start + c * area : start + c;
          const step = layout === 'NCHW' ? 1 : channels;
          spread(data, target, step, pixels, start + sources[c], channels, area, tables[c]);
        }
      }
    },
  };
}

/** The hot loop: one table look-up per value. */
function spread(
  to: TensorData,
  toStart: number,
  toStep: number,
  from: Uint8Array,
  fromStart: number,
  fromStep: number,
  count: number,
  table: TensorData,
): void {
  for (let i = 0, t = toStart, f = fromStart; i < count; i++, t += toStep, f += fromStep)
    to[t] = table[from[f]];
}

function tableOf(
  type: ModelInspection['input']['type'],
  { scale, mean, std }: PreprocessingSpec,
  channel: number,
  encodeHalf: (values: Float32Array) => Uint16Array,
): TensorData {
  if (type === 'uint8') return Uint8Array.from({ length: 256 }, (_, pixel) => pixel);
  const values = Float32Array.from(
    { length: 256 },
    (_, pixel) => (pixel * scale - mean[channel]) / std[channel],
  );
  return type === 'float16' ? encodeHalf(values) : values;
}

function room(type: ModelInspection['input']['type'], length: number): TensorData {
  if (type === 'uint8') return new Uint8Array(length);
  return type === 'float16' ? new Uint16Array(length) : new Float32Array(length);
}
