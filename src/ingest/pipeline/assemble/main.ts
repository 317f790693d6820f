import { readFile, writeFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { decodePrior } from '../../../domain/index.js';
import { ProbelogError } from '../../../errors/index.js';
import type { AssembleOptions, AssembleReply } from './assemble-in-worker.js';
import { assembleResponses } from './assemble-responses.js';
import { readResponses } from './read-responses.js';

async function assemble(options: AssembleOptions): Promise<AssembleReply> {
  const { responses, targetPath, declared, probes, priorPath } = options;
  const spooled = await readResponses(responses, probes);
  const partial = priorPath !== null && spooled.probes.length < probes;
  const prior = partial ? decodePrior(await readFile(priorPath)) : null;
  const { file, ...found } = assembleResponses(spooled, { declared, probes, prior });
  await writeFile(targetPath, file, { flush: true });
  return { found };
}

/** An error of ours loses its class on the way between threads. */
function refused(thrown: unknown): AssembleReply {
  if (!(thrown instanceof ProbelogError)) throw thrown;
  const { code, message, details } = thrown;
  return { code, message, details };
}

parentPort?.postMessage(await assemble(workerData as AssembleOptions).catch(refused));
