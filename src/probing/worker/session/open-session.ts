import { availableParallelism } from 'node:os';
import type * as Ort from 'onnxruntime-node';
import { messageOf, ProbelogError } from '../../../errors/index.js';

/** Errors only; ONNX Runtime also warns about unusual models that work. */
const LOG_ERRORS = 3;

/**
 * Loads a model into ONNX Runtime, on all cores.
 *
 * @throws ProbelogError MODEL_UNSUPPORTED, INFERENCE_MEMORY
 */
export async function openSession(bytes: Uint8Array): Promise<Ort.InferenceSession> {
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
        },
      },
    });
  } catch (thrown) {
    throw outOfMemory(thrown) ?? unsupported(messageOf(thrown));
  }
}

function unsupported(message: string): ProbelogError {
  const operator =
    /([\w.]*:\w+)\(-?\d+\) is not a registered function\/op/.exec(message)?.[1] ??
    /implementation for (?:the node )?(?:[^:]*:)?(\w+\(\d+\))/.exec(message)?.[1];
  return operator
    ? new ProbelogError('MODEL_UNSUPPORTED', `ONNX Runtime does not know the operator ${operator}.`, {
        operator,
      })
    : new ProbelogError('MODEL_UNSUPPORTED', `ONNX Runtime cannot load the model: ${message}`);
}

/** INFERENCE_MEMORY when native code ran out of memory, else null. */
export function outOfMemory(thrown: unknown): ProbelogError | null {
  const message = messageOf(thrown);
  return /bad_alloc|failed to allocate|out of memory|allocation failed|length_error/i.test(message)
    ? new ProbelogError('INFERENCE_MEMORY', `The model needs more memory than is available: ${message}`)
    : null;
}
