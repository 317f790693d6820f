import { stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';
import type { IngestRequest } from '../../ingest/index.js';
import { load } from '../lazy-load.js';
import { jsonFile } from './json-file.js';
import { numberFlag } from './number-flag.js';
import { type ProbingFlags, probingRequest } from './probing-flags.js';

/** What the command line may say about one model. */
export interface IngestFlags extends ProbingFlags {
  name?: string;
  version?: string;
  labels?: string;
  preprocessing?: string;
  output?: string;
  probeSet?: string;
  licence?: string;
  registry?: string;
  visibility?: string;
  priority?: string;
}

/** Told to whoever gives a server something else. */
export const WHAT_A_SERVER_READS =
  'Give a URL, s3://bucket/key or the whole path of a file that the server can read; or run the model here and send its responses with `probelog upload` (docs/any-framework.md).';

/** A `manifest.json` beside several models: what to register, with files relative to it. */
const manifestSchema = z.array(
  z.object({
    name: z.string(),
    version: z.string().default('1'),
    file: z.string(),
    labels: z.string().nullish(),
    output: z.string().nullish(),
    license: z.string().nullish(),
    /** The older spelling of `license`. */
    licence: z.string().nullish(),
    registry: z.string().nullish(),
    visibility: z.string().nullish(),
    preprocessing: z.unknown().optional(),
  }),
);

/**
 * The models that a command line names: one file or URL, or every model of a folder with a `manifest.json`.
 *
 * @throws ProbelogError INPUT_INVALID, SOURCE_NOT_FOUND
 */
export async function ingestRequests(source: string, flags: IngestFlags): Promise<IngestRequest[]> {
  const isFolder = await stat(source).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  return isFolder ? manifestRequests(source, flags) : [await singleRequest(source, flags)];
}

/**
 * The model that a command line names to a server, which reads its source itself.
 *
 * @throws ProbelogError INPUT_INVALID for a file or folder of this machine, SOURCE_NOT_FOUND of the other files
 */
export async function remoteIngestRequest(source: string, flags: IngestFlags): Promise<IngestRequest> {
  if (isAbsolute(source) || URL.canParse(source)) return singleRequest(source, flags);
  throw new ProbelogError(
    'INPUT_INVALID',
    `${source} is of this machine, and the server cannot read it. ${WHAT_A_SERVER_READS}`,
  );
}

async function labelsIn(path: string): Promise<string[]> {
  const parseLabels = await load(async () => (await import('../../ingest/index.js')).parseLabels);
  return parseLabels(await jsonFile(path));
}

async function singleRequest(source: string, flags: IngestFlags): Promise<IngestRequest> {
  return {
    name: flags.name ?? nameOf(source),
    version: flags.version ?? '1',
    source,
    labels: flags.labels === undefined ? undefined : await labelsIn(flags.labels),
    preprocessing: flags.preprocessing === undefined ? undefined : await jsonFile(flags.preprocessing),
    output: flags.output,
    probeSet: flags.probeSet,
    licence: flags.licence,
    probing: await probingRequest(flags),
    registry: flags.registry,
    visibility: flags.visibility,
    priority: numberFlag('--priority', flags.priority),
  };
}

async function manifestRequests(folder: string, flags: IngestFlags): Promise<IngestRequest[]> {
  if (flags.name ?? flags.labels ?? flags.preprocessing ?? flags.output) {
    throw new ProbelogError(
      'INPUT_INVALID',
      'A folder is described by its manifest.json; --name, --labels, --preprocessing and --output are for one model.',
    );
  }
  const manifest = manifestSchema.safeParse(await jsonFile(join(folder, 'manifest.json')));
  if (!manifest.success) {
    const [issue] = manifest.error.issues;
    throw new ProbelogError('INPUT_INVALID', `manifest.json: ${issue.path.join('.')}: ${issue.message}`);
  }
  return Promise.all(
    manifest.data.map(async (entry) => ({
      name: entry.name,
      version: flags.version ?? entry.version,
      source: join(folder, entry.file),
      labels: entry.labels ? await labelsIn(join(folder, entry.labels)) : undefined,
      preprocessing: entry.preprocessing,
      output: entry.output ?? undefined,
      licence: flags.licence ?? entry.license ?? entry.licence ?? undefined,
      registry: flags.registry ?? entry.registry ?? undefined,
      visibility: flags.visibility ?? entry.visibility ?? undefined,
      probeSet: flags.probeSet,
      probing: await probingRequest(flags),
      priority: numberFlag('--priority', flags.priority),
    })),
  );
}

/** `…/resnet/model.onnx` is called resnet; any other file by its own name. */
function nameOf(source: string): string {
  const path = URL.canParse(source) ? new URL(source).pathname : source;
  const stem = basename(path, extname(path));
  const folder = basename(dirname(path).replace(/\/onnx$/, ''));
  return stem === 'model' && folder !== '' ? folder : stem;
}
