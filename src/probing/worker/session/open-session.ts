import { availableParallelism } from 'node:os';
import type * as Ort from 'onnxruntime-node';
import { messageOf, ProbelogError } from '../../../errors/index.js';
import { BFLOAT16, type OnnxModel } from '../onnx/model.js';

/**
 * From here on, weights are not copied into the layout that matrix products like best: ONNX Runtime keeps the original, so that
 * each weight takes its memory twice. Measured with 2.7 GB of weights: 5.4 GB at the peak, without copies 2.8.
 */
const MAX_PREPACKED_BYTES = 2 ** 30;

/** Errors only; ONNX Runtime also warns about unusual models that work. */
const LOG_ERRORS = 3;

/**
 * Loads a model into ONNX Runtime, on all cores.
 *
 * @param model what was read of it, to explain a failure
 * @param data the folder of the files that its tensors are in, and their bytes; null when it has none
 * @throws ProbelogError MODEL_UNSUPPORTED, INFERENCE_MEMORY
 */
export async function openSession(
  bytes: Uint8Array,
  model: OnnxModel,
  data: { folder: string; bytes: number } | null,
): Promise<Ort.InferenceSession> {
  const { InferenceSession } = await import('onnxruntime-node');
  try {
    return await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: availableParallelism(),
      interOpNumThreads: 1,
      logSeverityLevel: LOG_ERRORS,
      extra: {
        session: {
          // Idle threads must not spin, because image decoding needs the cores between runs.
          intra_op: { allow_spinning: '0' },
          // The format that was checked. Otherwise a crafted name could make ONNX Runtime read the file in its own format.
          load_model_format: 'ONNX',
          // The bytes are an edited copy, so ONNX Runtime does not know the folder.
          ...(data !== null && { model_external_initializers_file_folder_path: data.folder }),
          ...(data !== null && data.bytes > MAX_PREPACKED_BYTES && { disable_prepacking: '1' }),
        },
      },
    });
  } catch (thrown) {
    throw outOfMemory(thrown) ?? unsupported(messageOf(thrown), model);
  }
}

function unsupported(message: string, model: OnnxModel): ProbelogError {
  if (usesBfloat16(model))
    return new ProbelogError(
      'MODEL_UNSUPPORTED',
      `The model computes in bfloat16, which ONNX Runtime cannot do on a CPU. Export it in float32 or float16. (${message})`,
      { type: 'bfloat16' },
    );
  const operator =
    /([\w.]*:\w+)\(-?\d+\) is not a registered function\/op/.exec(message)?.[1] ??
    /implementation for (?:the node )?(?:[^:]*:)?(\w+\(\d+\))/.exec(message)?.[1];
  return operator
    ? new ProbelogError('MODEL_UNSUPPORTED', `ONNX Runtime does not know the operator ${operator}.`, {
        operator,
      })
    : new ProbelogError('MODEL_UNSUPPORTED', `ONNX Runtime cannot load the model: ${message}`);
}

function usesBfloat16({ graph }: OnnxModel): boolean {
  return (
    graph.nodes.some(({ attributes }) => attributes.get('to')?.ints[0] === BFLOAT16) ||
    [...graph.initializers.values(), ...graph.inputs, ...graph.outputs].some(
      ({ elementType }) => elementType === BFLOAT16,
    )
  );
}

/** INFERENCE_MEMORY when native code ran out of memory, else null. */
export function outOfMemory(thrown: unknown): ProbelogError | null {
  const message = messageOf(thrown);
  return /bad_alloc|failed to allocate|out of memory|allocation failed|length_error/i.test(message)
    ? new ProbelogError('INFERENCE_MEMORY', `The model needs more memory than is available: ${message}`)
    : null;
}
