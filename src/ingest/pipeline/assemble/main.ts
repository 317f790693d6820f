import { readFile, writeFile } from 'node:fs/promises';
import { decodePrior } from '../../../domain/index.js';
import { serveThread } from '../../../lib/worker-calls.js';
import { checkValues } from '../../uploads/check-values.js';
import { readUpload } from '../../uploads/read-upload.js';
import { readSpool } from '../spool-format.js';
import { type AssembledResponses, type AssembleOptions, assembleResponses } from './assemble-responses.js';

serveThread({ assemble });

async function assemble(options: AssembleOptions): Promise<Omit<AssembledResponses, 'file'>> {
  const { responses, targetPath, declared, probes, priorPath } = options;
  const observed =
    responses.kind === 'SPOOL'
      ? await readSpool(responses.path)
      : await readUpload(responses.path, probes, responses.form, responses.maxOutputs);
  if (responses.kind === 'SPOOL' && responses.saidToBe) checkValues(observed, probes, responses.saidToBe);
  const partial = priorPath !== null && observed.probes.length < probes;
  const prior = partial ? decodePrior(await readFile(priorPath)) : null;
  const { file, ...assembled } = assembleResponses(observed, { declared, probes, prior });
  await writeFile(targetPath, file, { flush: true });
  return assembled;
}
