import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProbelogError } from '../../../errors/index.js';
import { type Check, failed, ok } from '../check.js';

const LIMITS = {
  memoryBytes: 2 ** 31,
  stallMs: 30_000,
  totalMs: 45_000,
  maxModelBytes: 2 ** 20,
  maxOutputs: 1_000,
};

/** Outputs of {@link TINY_MODEL}. */
const TINY_MODEL_LOGITS = 4;

/** An ONNX classifier for 8 × 8 images: their mean color times a 3 × 4 matrix. */
const TINY_MODEL = Buffer.from(
  'CAgSBHRlc3Q65QEKIgoFaW1hZ2USBnBvb2xlZCIRR2xvYmFsQXZlcmFnZVBvb2wKFwoGcG9vbGVkEgRmbGF0IgdGbGF0dGVuCh8KBGZsYXQKB3dlaWdodHMSBmxvZ2l0cyIGTWF0TXVsEgVncmFwaCpBCAMIBBABQgd3ZWlnaHRzSjAAAIA/AAAAQAAAgL8AAAA/AABAQAAAAMAAAIBAAACAPwAAQMAAAKBAAAAAQAAAgD5aIAoFaW1hZ2USFwoVCAESEQoDEgFOCgIIAwoCCAgKAggIYhkKBmxvZ2l0cxIPCg0IARIJCgMSAU4KAggEQgQKABAN',
  'base64',
);

/** A PNG of one red pixel. */
const RED_DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWP4z8AAAAMBAQCc479ZAAAAAElFTkSuQmCC',
  'base64',
);

/** A small model runs in the way that all models do: in a process of its own, on a decoded image, with ONNX Runtime. */
export const onnxRuntime: Check = {
  name: 'ONNX Runtime',
  async run() {
    const { probeModel } = await import('../../../probing/index.js');
    const folder = await mkdtemp(join(tmpdir(), 'probelog-doctor-'));
    try {
      const modelFile = join(folder, 'model.onnx');
      const image = join(folder, 'image.png');
      await writeFile(modelFile, TINY_MODEL);
      await writeFile(image, RED_DOT);
      let logits: number[] = [];
      await probeModel({
        modelFile,
        preprocessing: null,
        probes: [{ path: image, digest: '0'.repeat(64) }],
        limits: LIMITS,
        onBatch: (_, responses) => {
          logits = [...responses];
        },
      });
      if (logits.length === TINY_MODEL_LOGITS) return ok('a small model runs in a process of its own');
      return failed(`a small model returns ${logits.length} numbers instead of ${TINY_MODEL_LOGITS}`, MEND);
    } catch (thrown) {
      if (thrown instanceof ProbelogError)
        return failed(`a small model does not run: ${thrown.message}`, MEND);
      throw thrown;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const MEND = 'install the packages on this platform: rm -r node_modules && npm ci --ignore-scripts';
