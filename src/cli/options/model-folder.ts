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
 * also in a folder `onnx`), an MLflow model, a model of a Triton repository (its newest version), all ONNX files of the folder,
 * or the models of its folders, each of them one of these.
 *
 * @throws ProbelogError SOURCE_NOT_FOUND when there is no model
 */
export async function modelsInFolder(folder: string): Promise<FolderModel[]> {
  const names = await readdir(folder);
  const here = await modelsRightIn(folder, names);
  if (here.length > 0) return here;
  const inside: FolderModel[] = [];
  for (const name of names.toSorted()) {
    const path = join(folder, name);
    const below = await readdir(path).catch((): string[] => []);
    inside.push(...(await modelsRightIn(path, below)));
  }
  if (inside.length > 0) return inside;
  throw new ProbelogError(
    'SOURCE_NOT_FOUND',
    `The folder ${folder} has no ONNX model and no manifest.json. Export the model to ONNX, or name the file.`,
  );
}

async function modelsRightIn(folder: string, names: readonly string[]): Promise<FolderModel[]> {
  if (names.includes('MLmodel')) return [await mlflowModel(folder)];
  if (names.includes('config.pbtxt')) return [await tritonModel(folder, names)];
  const files = await onnxFiles(folder, names);
  if (files.length === 1) return [{ name: basename(resolve(folder)), version: '1', file: files[0] }];
  return files.map((file) => ({ name: basename(file, '.onnx'), version: '1', file }));
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
  const [file] = version ? await onnxFiles(join(folder, version), await readdir(join(folder, version))) : [];
  if (!file)
    throw new ProbelogError(
      'SOURCE_NOT_FOUND',
      `The Triton model in ${folder} has no ONNX file in a folder of a version, such as 1/model.onnx.`,
    );
  const config = await readFile(join(folder, 'config.pbtxt'), 'utf8');
  const name = /^\s*name\s*:\s*"([^"]{1,200})"/m.exec(config)?.[1] ?? basename(resolve(folder));
  return { name, version, file };
}

/** `model.onnx`, or else all ONNX files, of the folder or of its folder `onnx`. */
async function onnxFiles(folder: string, names: readonly string[]): Promise<string[]> {
  const found = names.filter((name) => name.endsWith('.onnx')).toSorted();
  if (found.length === 0 && names.includes('onnx') && basename(folder) !== 'onnx')
    return onnxFiles(join(folder, 'onnx'), await readdir(join(folder, 'onnx')).catch(() => []));
  if (found.includes('model.onnx')) return [join(folder, 'model.onnx')];
  return found.map((name) => join(folder, name));
}
