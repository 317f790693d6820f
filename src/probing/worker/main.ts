import { writeFile } from 'node:fs/promises';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { readPeakMemory } from '../../lib/peak-memory.js';
import { BATCH_WINDOW, type ParentMessage, type ProbeJob, type WorkerMessage } from '../protocol.js';
import { dataFilesOf } from './onnx/external-data-files.js';
import { readModelFile } from './read-model-file.js';
import { type ProbeSink, runProbes } from './run-probes.js';
import { startWatchdog } from './watchdog.js';

// The process that runs one model and ends with it.

let unacknowledged = 0;
let onTaken: () => void = () => undefined;

process.on('disconnect', () => process.exit(1));
process.on('message', (message: ParentMessage) => {
  if (message.kind === 'START') void work(message.job, runJob);
  else if (message.kind === 'LIST_DATA') void work(message.job, listData);
  else {
    unacknowledged--;
    onTaken();
  }
});

const sink: ProbeSink = {
  inspected: (inspected, expectedProbes, alternatives) =>
    send({ kind: 'INSPECTED', inspected, expectedProbes, alternatives }),
  async batch(probes, responses, expectedProbes, alternatives) {
    send({ kind: 'BATCH', probes, responses, expectedProbes, alternatives });
    unacknowledged++;
    await untilFewerThan(BATCH_WINDOW);
  },
  settled: () => untilFewerThan(1),
};

/** Resolves when fewer than this many batches are unacknowledged. */
async function untilFewerThan(batches: number): Promise<void> {
  while (unacknowledged >= batches)
    await new Promise<void>((resolve) => {
      onTaken = resolve;
    });
}

async function runJob(job: ProbeJob): Promise<void> {
  const figures = await runProbes(job, sink);
  send({ kind: 'DONE', figures, peakMemoryBytes: peakMemory() });
}

async function listData({ modelFile, maxModelBytes }: Pick<ProbeJob, 'modelFile' | 'maxModelBytes'>) {
  send({ kind: 'DATA_LISTED', files: dataFilesOf(await readModelFile(modelFile, maxModelBytes)) });
}

async function work<Job extends Pick<ProbeJob, 'memoryBytes'>>(
  job: Job,
  run: (job: Job) => Promise<void>,
): Promise<void> {
  startWatchdog(job.memoryBytes);
  await offerToOomKiller();
  try {
    await run(job);
  } catch (thrown) {
    if (thrown instanceof ProbelogError)
      send({ kind: 'FAILED', code: thrown.code, message: thrown.message, details: thrown.details });
    else send({ kind: 'FAILED', code: 'INTERNAL', message: messageOf(thrown), details: {} });
  }
}

/** Makes the kernel kill this process first when memory runs out. */
async function offerToOomKiller(): Promise<void> {
  await writeFile('/proc/self/oom_score_adj', '1000').catch(() => undefined);
}

function peakMemory(): number {
  return readPeakMemory(process.pid) ?? process.resourceUsage().maxRSS * 1024;
}

function send(message: WorkerMessage): void {
  process.send?.(message);
}
