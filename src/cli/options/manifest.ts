import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';
import { jsonFile } from './read-file.js';

const text = (description: string) => z.string().nullish().describe(description);

const modelSchema = z.looseObject({
  name: z.string().min(1).describe('Name of the model.'),
  version: z.string().default('1').describe('Version; each name and version is registered once.'),
  file: z.string().min(1).describe('The ONNX file, relative to the folder of the manifest.'),
  labels: text('A file of labels, relative to the folder.'),
  preprocessing: z
    .unknown()
    .optional()
    .describe(
      'How images become the input: a spec or the content of a preprocessor_config.json; see docs/preprocessing.md.',
    ),
  output: text('Name of the output that holds the logits, where the graph does not tell.'),
  license: text('License of the model, such as Apache-2.0.'),
  registry: text('Name of the registry that the model comes from.'),
  visibility: text('Makes the model private: only principals with this label see it.'),
  licence: text('Old name of `license`.'),
});

const FIELDS = Object.keys(modelSchema.shape);

/** `manifest.json` of a folder of models. Fields that have no meaning here may have one elsewhere, so they are no error. */
export const manifestSchema = z.array(modelSchema);

/** A model of a manifest; its file names are relative to the folder of the manifest. */
export type ManifestModel = z.output<typeof modelSchema>;

/**
 * Reads a manifest, and says which of its fields have no meaning.
 *
 * @throws ProbelogError INPUT_INVALID, which names the model and the field
 */
export async function readManifest(path: string): Promise<ManifestModel[]> {
  const content = await jsonFile(path);
  const read = manifestSchema.safeParse(content);
  if (!read.success) throw invalid(content, read.error.issues[0]);
  const unread = new Set(read.data.flatMap((model) => Object.keys(model)));
  for (const field of FIELDS) unread.delete(field);
  if (unread.size > 0)
    process.stderr.write(
      `manifest.json: not read: ${[...unread].join(', ')}. The fields are ${FIELDS_SHOWN}.\n`,
    );
  return read.data;
}

const FIELDS_SHOWN = FIELDS.filter((field) => field !== 'licence').join(', ');

function invalid(content: unknown, { path: [place, field], message }: z.core.$ZodIssue): ProbelogError {
  if (!Array.isArray(content) || typeof place !== 'number')
    return new ProbelogError(
      'INPUT_INVALID',
      'manifest.json: a list of models is expected (docs/manifest.md).',
    );
  const model: unknown = content[place];
  const isObject = typeof model === 'object' && model !== null;
  const name = isObject && 'name' in model && typeof model.name === 'string' ? ` (${model.name})` : '';
  const isMissing = isObject && field !== undefined && !(field in model);
  const problem = isMissing ? 'is missing' : message.replace(/^Invalid input: /, '');
  const where = field === undefined ? '' : `${String(field)} `;
  return new ProbelogError(
    'INPUT_INVALID',
    `manifest.json: model ${place + 1}${name}: ${where}${problem}. docs/manifest.md describes the fields.`,
  );
}
