import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { descriptors, encodeFloat16 } from '../../src/domain/index.js';
import { RowFile } from '../../src/search/gallery/row-file.js';
import { openMatrixProducts } from '../../src/search/matrix-products.js';
import type { BuildTask } from '../../src/search/snapshot/build/build-snapshot.js';
import { SNAPSHOT_FILES } from '../../src/search/snapshot/snapshot.js';
import { type MadeResponses, makeResponses } from './scale/synthetic-responses.js';
import type { ScaleAnswer, ScaleTask } from './scale/worker/tasks.js';

/** How large a gallery is made. */
export interface ScaleOptions {
  probes: number;
  models: number;
  outputsOfModel: number;
  /** Kinds of models that respond alike. */
  families: number;
  /** Outputs of the partly probed models that are completed. */
  completed: number[];
  /** Share of the probes that those are run on. */
  share: number;
}

/** Time and memory of what a large gallery asks for; of processes that did nothing else. */
export interface Scale {
  probes: number;
  logits: number;
  models: number;
  /** A whole build: basis, projection and prior. */
  fitSeconds: number;
  /** The basis alone. */
  basisSeconds: number;
  /** Of the whole build, MiB; null where the system does not tell. */
  peakMiB: number | null;
  /** Also of a gallery of the usual size. */
  completions: ScaleCompletion[];
}

/** One model chosen for and completed. */
export interface ScaleCompletion {
  probes: number;
  outputs: number;
  share: number;
  /** All rounds together, without running the model; the prior is read first. */
  choosingSeconds: number;
  /** In the product's own thread, which is started for it and reads the prior. */
  startingSeconds: number;
  /** The same when the thread runs and holds the prior. */
  completionSeconds: number;
  peakMiB: number | null;
}

/** 4,000 probes × 100,000 logits. */
const LARGE: ScaleOptions = {
  probes: 4_000,
  models: 2_000,
  outputsOfModel: 50,
  families: 12,
  completed: [1_000, 50],
  share: 1 / 3,
};

/** The hub's size. */
const USUAL: ScaleOptions = { ...LARGE, probes: 1_000, models: 250, families: 6, completed: [1_000, 50] };

const MODELS_AT_ONCE = 20;

/** A large gallery, and what a model's completion takes in one of the usual size. */
export async function measureScale(): Promise<Scale> {
  const large = await measureGallery(LARGE);
  const { completions } = await measureGallery(USUAL);
  return { ...large, completions: [...large.completions, ...completions] };
}

/** Makes a gallery in a temporary folder, which goes again, and measures the product's own work with it. */
async function measureGallery(options: ScaleOptions): Promise<Scale> {
  const { probes, models, outputsOfModel, families, completed, share } = options;
  const folder = mkdtempSync(join(tmpdir(), 'probelog-scale-'));
  try {
    const rowsPath = join(folder, 'rows.f16');
    await makeGallery(makeResponses(await openMatrixProducts(), probes, families), rowsPath, options);
    const logits = models * outputsOfModel;
    const build: BuildTask = {
      rowsPath,
      targetFolder: join(folder, 'snapshot'),
      version: 'scale',
      probes,
      rows: logits,
      live: Array.from({ length: models }, (_, model) => ({
        firstRow: model * outputsOfModel,
        rows: outputsOfModel,
        degenerate: [],
        isFullyProbed: true,
      })),
      withIndex: false,
    };
    const whole = await measured({ kind: 'BUILD', build });
    const basis = await measured({ kind: 'BASIS', build });
    const completions: ScaleCompletion[] = [];
    for (const outputs of completed) {
      const priorPath = join(build.targetFolder, SNAPSHOT_FILES.prior);
      const size = { probes, families };
      const { seconds, peakMiB } = await measured({
        kind: 'COMPLETE',
        priorPath,
        size,
        model: models + 1,
        outputs,
        share,
      });
      if (!('choosing' in seconds)) throw new Error('the measuring process answered something else');
      const { choosing, starting, running } = seconds;
      completions.push({
        probes,
        outputs,
        share,
        choosingSeconds: choosing,
        startingSeconds: starting,
        completionSeconds: running,
        peakMiB,
      });
    }
    return {
      probes,
      logits,
      models,
      fitSeconds: fitOf(whole),
      basisSeconds: fitOf(basis),
      peakMiB: whole.peakMiB,
      completions,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Descriptors as the product stores them, some models at a time. */
async function makeGallery(
  responses: MadeResponses,
  path: string,
  { probes, models, outputsOfModel }: ScaleOptions,
): Promise<void> {
  const file = new RowFile(path, probes, 0, 'WRITE');
  try {
    for (let first = 0; first < models; first += MODELS_AT_ONCE) {
      const count = Math.min(MODELS_AT_ONCE, models - first);
      const encoded = new Uint16Array(count * outputsOfModel * probes);
      for (let place = 0; place < count; place++) {
        const { rows } = descriptors(await responses.of(first + place, outputsOfModel));
        encoded.set(encodeFloat16(rows.data), place * outputsOfModel * probes);
      }
      file.append(encoded);
    }
  } finally {
    file.close();
  }
}

function fitOf({ seconds }: ScaleAnswer): number {
  if (!('fit' in seconds)) throw new Error('the measuring process answered something else');
  return seconds.fit;
}

/** Does the task in a process of its own. */
function measured(task: ScaleTask): Promise<ScaleAnswer> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./scale/worker/main.js', import.meta.url)), [], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.once('message', (answer: ScaleAnswer) => resolve(answer));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`A measuring process ended with code ${code}.`)));
    child.send(task);
  });
}
