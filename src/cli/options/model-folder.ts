import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';
import { exists } from '../../lib/exists.js';

/** A model in a folder as a tool left it. */
export interface FolderModel {
  name: string;
  version: string;
  /** Path of the ONNX file. */
  file: string;
}

/** MLflow's description of a model; `data` is the ONNX file, or the folder that it is in. */
const mlmodelSchema = z.looseObject({
  flavors: z.looseObject({ onnx: z.looseObject({ data: z.string().default('model.onnx') }).optional() }),
});

/**
 * The models of a folder without a manifest: a checkout from the Hugging Face Hub, also in the cache of `huggingface_hub`, or an export
 * by optimum or timm (`model.onnx`, also in a folder `onnx`), an MLflow model, a model of a Triton repository (its newest version), all
 * ONNX files of the folder, or the models of its folders, each of them one of these. Folders of models that are not ONNX are left out
 * beside others that are, and standard error says so.
 *
 * @throws ProbelogError SOURCE_NOT_FOUND, SOURCE_UNSUPPORTED when there is no model
 */
export async function modelsInFolder(folder: string): Promise<FolderModel[]> {
  const names = await readdir(folder);
  const here = await modelsRightIn(folder, names);
  if (here.length > 0) return here;
  const inside: FolderModel[] = [];
  const problems: ProbelogError[] = [];
  for (const name of names.toSorted()) {
    const path = join(folder, name);
    const below = await readdir(path).catch((): string[] => []);
    try {
      inside.push(...(await modelsRightIn(path, below)));
    } catch (thrown) {
      if (!(thrown instanceof ProbelogError)) throw thrown;
      problems.push(thrown);
    }
  }
  if (inside.length > 0) {
    for (const { message } of problems) process.stderr.write(`Left out: ${message}\n`);
    return inside;
  }
  throw (
    problems[0] ??
    new ProbelogError(
      'SOURCE_NOT_FOUND',
      `The folder ${folder} has no ONNX model and no manifest.json. Export the model to ONNX, or name the file.`,
    )
  );
}

async function modelsRightIn(folder: string, names: readonly string[]): Promise<FolderModel[]> {
  if (names.includes('MLmodel')) return [await mlflowModel(folder)];
  if (names.includes('config.pbtxt')) return [await tritonModel(folder, names)];
  if (names.includes('snapshots') && names.includes('refs')) return modelsInFolder(await snapshotIn(folder));
  const files = await onnxFiles(folder, names);
  if (files.length === 1) return [{ ...nameOfFolder(folder), file: files[0] }];
  if (files.length === 0 && (await hasVersions(folder, names))) return [await tritonModel(folder, names)];
  return files.map((file) => ({ name: basename(file, '.onnx'), version: '1', file }));
}

/** `models--owner--name/snapshots/<commit>`, where `huggingface_hub` keeps what it downloads. */
const SNAPSHOT = /(?:^|[/\\])models--([^/\\]+)[/\\]snapshots[/\\]([0-9a-f]{40})$/;

/** What a model that its folder stands for is called. */
export function nameOfFolder(folder: string): Omit<FolderModel, 'file'> {
  const path = resolve(folder);
  const [, repository, commit] = SNAPSHOT.exec(path) ?? [];
  return repository === undefined
    ? { name: basename(path), version: '1' }
    : { name: repository.replace('--', '/'), version: commit };
}

/** The newest snapshot of a repository in the cache of `huggingface_hub`. */
async function snapshotIn(folder: string): Promise<string> {
  const commit = await readFile(join(folder, 'refs', 'main'), 'utf8').catch(() => '');
  if (/^[0-9a-f]{40}$/.test(commit.trim())) return join(folder, 'snapshots', commit.trim());
  throw new ProbelogError(
    'SOURCE_NOT_FOUND',
    `The cache ${folder} has no branch main. Name the folder of a commit, in snapshots.`,
  );
}

async function mlflowModel(folder: string): Promise<FolderModel> {
  const mlmodel = mlmodelSchema.safeParse(
    parseYaml(await readFile(join(folder, 'MLmodel'), 'utf8'), { maxAliasCount: 0 }),
  );
  const { onnx, ...others } = mlmodel.data?.flavors ?? {};
  if (!onnx)
    throw new ProbelogError(
      'SOURCE_UNSUPPORTED',
      `The MLflow model in ${folder} has no flavor onnx, but ${Object.keys(others).join(', ') || 'none'}. Log it with mlflow.onnx.log_model.`,
    );
  const data = join(folder, onnx.data);
  const isFolder = (await stat(data).catch(() => undefined))?.isDirectory();
  return { ...nameOfFolder(folder), file: isFolder ? join(data, 'model.onnx') : data };
}

/** A folder of versions, named by numbers, usually beside config.pbtxt. */
async function tritonModel(folder: string, names: readonly string[]): Promise<FolderModel> {
  const config = await readFile(join(folder, 'config.pbtxt'), 'utf8').catch(() => '');
  const field = (name: string) => new RegExp(`^\\s*${name}\\s*:\\s*"([^"]{1,200})"`, 'm').exec(config)?.[1];
  const [version] = versionsAmong(names);
  const inside = version ? join(folder, version) : folder;
  const named = field('default_model_filename');
  const files = version
    ? await onnxFiles(inside, named?.endsWith('.onnx') ? [named] : await readdir(inside))
    : [];
  if (files.length === 0)
    throw new ProbelogError(
      'SOURCE_NOT_FOUND',
      `The Triton model in ${folder} has no ONNX file in a folder of a version, such as 1/model.onnx.`,
    );
  return { name: field('name') ?? basename(resolve(folder)), version, file: files[0] };
}

/** The newest first. */
function versionsAmong(names: readonly string[]): string[] {
  return names.filter((name) => /^\d{1,9}$/.test(name)).sort((a, b) => Number(b) - Number(a));
}

/** Whether it has Triton's `1/model.onnx`, for which Triton needs no config.pbtxt. */
async function hasVersions(folder: string, names: readonly string[]): Promise<boolean> {
  const [version] = versionsAmong(names);
  return version !== undefined && (await exists(join(folder, version, 'model.onnx')));
}

/**
 * The ONNX files of the folder or of its folder `onnx`: of variants of one model the one that would be taken from the Hub. Triton's
 * `model.onnx` may be a folder, with its data files.
 */
async function onnxFiles(folder: string, names: readonly string[]): Promise<string[]> {
  const found = names.filter((name) => name.endsWith('.onnx')).toSorted();
  if (found.length === 0 && names.includes('onnx') && basename(folder) !== 'onnx')
    return onnxFiles(join(folder, 'onnx'), await readdir(join(folder, 'onnx')).catch(() => []));
  if (found.length === 0) return [];
  const { chooseFile, withoutVariant } = await import('../../registries/index.js');
  const isOne = found.includes('model.onnx') || new Set(found.map(withoutVariant)).size === 1;
  const choice = isOne ? chooseFile(found) : null;
  const chosen = choice && 'path' in choice ? [choice.path] : found;
  return Promise.all(
    chosen.map(async (name) => {
      const path = join(folder, name);
      const inside = (await stat(path).catch(() => undefined))?.isDirectory();
      return inside ? join(path, 'model.onnx') : path;
    }),
  );
}
