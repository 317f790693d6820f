import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

// Forked by ../probing.ts: one model on preprocessed images by nothing but an ONNX session.

/** Batch sizes that are tried; the fastest one counts. */
const BATCHES = [1, 4, 8, 16, 32];
const TRIAL_IMAGES = 64;
const TRIAL_ROUNDS = 2;

/** What the parent asks for. Images are square, cropped, float32 NCHW. */
export interface BareJob {
  modelFile: string;
  images: string[];
  edge: number;
  mean: number[];
  std: number[];
}

/** What comes back: time to make the session and to run all images, and the batch size that was fastest. */
export interface BareResult {
  milliseconds: number;
  batch: number;
}

process.once('message', (job: BareJob) => {
  measure(job).then((result) => process.send?.(result, () => process.exit(0)));
});

async function measure(job: BareJob): Promise<BareResult> {
  const valuesPerImage = 3 * job.edge * job.edge;
  const trial = await preprocessed(job, job.images.slice(0, TRIAL_IMAGES));
  const session = await InferenceSession.create(job.modelFile);
  let batch = 1;
  let fastest = Number.POSITIVE_INFINITY;
  for (const candidate of BATCHES)
    for (let round = 0; round < TRIAL_ROUNDS; round++) {
      const took = await runAll(session, job.edge, trial, candidate);
      if (took < fastest) [fastest, batch] = [took, candidate];
    }
  await session.release();

  const started = performance.now();
  const fresh = await InferenceSession.create(job.modelFile);
  let milliseconds = performance.now() - started;
  // Preprocessing a part at a time keeps memory low; only the session's time counts.
  for (let i = 0; i < job.images.length; i += TRIAL_IMAGES) {
    const part = await preprocessed(job, job.images.slice(i, i + TRIAL_IMAGES));
    milliseconds += await runAll(fresh, job.edge, part, Math.min(batch, part.length / valuesPerImage));
  }
  return { milliseconds, batch };
}

async function runAll(
  session: InferenceSession,
  edge: number,
  values: Float32Array,
  batch: number,
): Promise<number> {
  const [name] = session.inputNames;
  const perImage = 3 * edge * edge;
  const started = performance.now();
  for (let at = 0; at < values.length; at += batch * perImage) {
    const part = values.subarray(at, at + batch * perImage);
    await session.run({ [name]: new Tensor('float32', part, [part.length / perImage, 3, edge, edge]) });
  }
  return performance.now() - started;
}

async function preprocessed({ edge, mean, std }: BareJob, images: string[]): Promise<Float32Array> {
  const area = edge * edge;
  const values = new Float32Array(images.length * 3 * area);
  for (const [i, image] of images.entries()) {
    const pixels = await sharp(image)
      .resize(edge, edge, { fit: 'cover', kernel: 'linear' })
      .toColorspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer();
    for (let p = 0; p < area; p++)
      for (let c = 0; c < 3; c++)
        values[(i * 3 + c) * area + p] = (pixels[p * 3 + c] / 255 - mean[c]) / std[c];
  }
  return values;
}
