import type * as Ort from 'onnxruntime-node';
import { messageOf, ProbelogError } from '../../../errors/index.js';
import type { TensorFiller } from '../images/tensor-filler.js';
import type { ImageInput } from '../onnx/find-input.js';
import { outOfMemory } from './open-session.js';

/** Runs one batch of images through a session. */
export interface ModelRunner {
  /** Images per run. */
  batch: number;
  /** Rows of a run's tensors: the number of images, or the model's fixed batch size. */
  rows(images: number): number;
  /**
   * @param pixels at most `batch` images
   * @param filler another one for the same input; default: the runner's own
   * @returns tensors whose first axis is the batch unless the input has none, padded if the model has a fixed batch size
   * @throws ProbelogError INFERENCE_FAILED, INFERENCE_MEMORY
   */
  run(
    pixels: Uint8Array,
    images: number,
    fetches: readonly string[],
    filler?: TensorFiller,
  ): Promise<Map<string, Ort.Tensor>>;
  /** Time spent inside ONNX Runtime so far. */
  milliseconds(): number;
}

/** Creates a runner. @param size of the images; the input may leave it open */
export async function modelRunner(
  session: Ort.InferenceSession,
  input: ImageInput,
  size: { width: number; height: number },
  ownFiller: TensorFiller,
  batch: number,
): Promise<ModelRunner> {
  const { Tensor } = await import('onnxruntime-node');
  const data = ownFiller.allocate(batch);
  const unused = Object.fromEntries(
    input.unused.map(({ name, type, shape }) => [name, new Tensor(type, zeros(type, shape), shape)]),
  );
  const valuesPerImage = data.length / batch;
  const { width, height } = size;
  let milliseconds = 0;

  const rows = (images: number) => input.batch ?? images;
  const tensorOf = (images: number): Ort.Tensor => {
    const { layout, axes, channels } = input;
    const channel = axes.channel ? [channels] : [];
    const edges = layout === 'NCHW' ? [...channel, height, width] : [height, width, ...channel];
    const shape = axes.batch ? [rows(images), ...edges] : edges;
    // A subarray shares the memory, so nothing is copied.
    return new Tensor(input.type, data.subarray(0, rows(images) * valuesPerImage), shape);
  };
  return {
    batch,
    rows,
    milliseconds: () => milliseconds,
    async run(pixels, images, fetches, filler = ownFiller) {
      filler.fill(data, pixels, images);
      const started = performance.now();
      try {
        const results = await session.run({ ...unused, [input.name]: tensorOf(images) }, [...fetches]);
        return new Map(Object.entries(results));
      } catch (thrown) {
        throw (
          outOfMemory(thrown) ??
          new ProbelogError('INFERENCE_FAILED', `The model failed to run: ${messageOf(thrown)}`)
        );
      } finally {
        milliseconds += performance.now() - started;
      }
    },
  };
}

const ARRAYS = {
  float32: Float32Array,
  float16: Uint16Array,
  float64: Float64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int32: Int32Array,
};

function zeros(type: ImageInput['type'], shape: readonly number[]) {
  return new ARRAYS[type](shape.reduce((product, size) => product * size, 1));
}
