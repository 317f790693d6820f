import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';

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
 * The models of a folder without a manifest: a checkout from the Hugging Face Hub or an export by optimum or timm (`model.onnx`,
 * also in a folder `onnx`), an MLflow model, a model of a Triton repository (its newest version), or a Triton repository.
 *
 * @throws ProbelogError SOURCE_NOT_FOUND when there is no model, INPUT_INVALID when there are several and none is called model.onnx
 */
export async function modelsInFolder(folder: string): Promise<FolderModel[]> {
  const names = await readdir(folder);
  if (names.includes('MLmodel')) return [await mlflowModel(folder)];
  if (names.includes('config.pbtxt')) return [await tritonModel(folder, names)];
  const file = await onnxFile(folder, names);
  if (file !== null) return [{ name: basename(resolve(folder)), version: '1', file }];
  const repository = await tritonRepository(folder, names);
  if (repository.length > 0) return repository;
  throw new ProbelogError(
    'SOURCE_NOT_FOUND',
    `The folder ${folder} has no ONNX model and no manifest.json. Export the model to ONNX, or name the file.`,
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
  return { name: basename(resolve(folder)), version: '1', file: isFolder ? join(data, 'model.onnx') : data };
}

/** A folder of versions, named by numbers, beside config.pbtxt. */
async function tritonModel(folder: string, names: readonly string[]): Promise<FolderModel> {
  const [version] = names.filter((name) => /^\d{1,9}$/.test(name)).sort((a, b) => Number(b) - Number(a));
  const file = version && (await onnxFile(join(folder, version), await readdir(join(folder, version))));
  if (!file)
    throw new ProbelogError(
      'SOURCE_NOT_FOUND',
      `The Triton model in ${folder} has no ONNX file in a folder of a version, such as 1/model.onnx.`,
    );
  const config = await readFile(join(folder, 'config.pbtxt'), 'utf8');
  const name = /^\s*name\s*:\s*"([^"]{1,200})"/m.exec(config)?.[1] ?? basename(resolve(folder));
  return { name, version, file };
}

async function tritonRepository(folder: string, names: readonly string[]): Promise<FolderModel[]> {
  const models: FolderModel[] = [];
  for (const name of names.toSorted()) {
    const inside: string[] = await readdir(join(folder, name)).catch(() => []);
    if (inside.includes('config.pbtxt')) models.push(await tritonModel(join(folder, name), inside));
  }
  return models;
}

/** `model.onnx`, or else the only ONNX file, of the folder or of its folder `onnx`. */
async function onnxFile(folder: string, names: readonly string[]): Promise<string | null> {
  const found = names.filter((name) => name.endsWith('.onnx'));
  if (found.length === 0)
    return names.includes('onnx') && basename(folder) !== 'onnx'
      ? onnxFile(join(folder, 'onnx'), await readdir(join(folder, 'onnx')).catch(() => []))
      : null;
  if (found.includes('model.onnx')) return join(folder, 'model.onnx');
  if (found.length === 1) return join(folder, found[0]);
  throw new ProbelogError(
    'INPUT_INVALID',
    `The folder ${folder} has several ONNX files: ${found.toSorted().join(', ')}. Name one, or describe them in a manifest.json.`,
  );
}
