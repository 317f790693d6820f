import { note } from '../../lib/notes.js';
import { parseJson } from '../../lib/parse-json.js';
import { isTimmConfig } from '../../probing/index.js';
import { ABOVE, type SidecarFiles } from './sidecar-files.js';
import { isLabelFile, LABEL_FILES, MIXED_FILE, TRITON_CONFIG } from './sidecar-labels.js';
import { PREPROCESSING_FILES } from './sidecar-preprocessing.js';

/**
 * Names that tools give to files with labels or a description of the preprocessing. Among them are `metadata.yaml` of ultralytics,
 * `open_clip_config.json`, and Caffe's `mean.binaryproto`.
 */
const DESCRIPTIVE =
  /(label|class|synset|categor|id2|preproc|processor|transform(?!er)|normali[sz]|extractor|open_clip_config).*\.(json|txt|ya?ml|csv|tsv|pbtxt|toml|ini)$|(label|classes|class_names).*\.(pkl|pickle|joblib|npy)$|(preproc|image_process|transforms?\b|normali[sz]).*\.py$|(^|\/)(metadata\.ya?ml|[^/]*mean\.(npy|binaryproto|json|txt))$/i;
/** Files of settings, whose content tells. */
const SETTINGS = /\.(json|ya?ml|toml|ini|cfg|conf|xml|prototxt)$/i;
/** What tools call the steps from an image to pixels, as a field, section or attribute. */
const PREPROCESSING_FIELD =
  /(^|[\s"'{,<[_.-])((img|image|pixel|input|data|color|channel)_?)?(means?|stds?|normali[sz]e|normali[sz]ation|mean_values?|scale_values?|resize\w*|(center_?|random_?)?crop(_?\w+)?|interpolation|resample|rescale|preproc[\w.]*|pre_process[\w.]*|transforms?|transform_ops|pixel_?range|color_?(order|format|space|mode)|channel_?order|to_?rgb|(rgb|bgr)(_?to_?(rgb|bgr))?|input_?size|imgsz|img_?size)["']?\s*([:=>\]]|$)/im;
const LABEL_FIELD =
  /(^|[\s"'{,<[])(labels?|class_?(names?|labels?|list)|classes|classnames|categories|id_?2_?label|label_?(names?|map|list)|idx_to_class|class_to_idx|names)["']?\s*[:=>\]]\s*($|[[{"'\w|>-])/im;
/** Files of settings that say nothing of images: of tokenizers, training, environments and packages. */
const OTHER =
  /(^|\/)(tokenizer|vocab|special_tokens|added_tokens|generation_config|trainer_state|conda|package|requirements|python_env|pyproject)\b/i;

const KNOWN = new Set([...PREPROCESSING_FILES, ...LABEL_FILES, TRITON_CONFIG, 'manifest.json']);
/** More are too many to name. */
const MAX_NAMED = 5;
/** Descriptions are short; in megabytes of anything, some word looks like one. */
const MAX_CHARACTERS = 2 ** 16;
/** Files of settings that are read to see what they are about. */
const MAX_READ = 12;

/**
 * The note about files beside a model that look as if they had its labels or described its preprocessing, by their name or their
 * content, but that are not read, since their form is unknown. None beside a manifest, which says which files are whose.
 *
 * @param used files of any name that were read
 */
export async function unreadNote(files: SidecarFiles, used: readonly string[]): Promise<string | null> {
  const names = new Set(await files.names());
  if (names.has('manifest.json')) return null;
  const models = new Set([...names].filter((name) => name.endsWith('.onnx')).map(stemOf));
  const isOfOther = (name: string) => models.size > 1 && models.has(stemOf(name));
  const isRead = (name: string) => used.includes(name) && !KNOWN.has(name) && !MIXED_FILE.test(name);
  const candidates = [...names].filter((name) => !isRead(name) && !isOfOther(name)).sort();
  const byName = candidates.filter((name) => isDescriptive(name));
  const byContent: string[] = [];
  const settings = candidates.filter(
    (name) => !byName.includes(name) && SETTINGS.test(name) && !OTHER.test(name),
  );
  for (const name of settings.slice(0, MAX_READ)) {
    // What cannot be read now is no reason to fail the ingest.
    const text = await files.read(name).catch(() => undefined);
    if (text !== undefined && describes(name, text)) byContent.push(name);
  }
  return noteAbout([...byName, ...byContent].sort());
}

function isDescriptive(name: string): boolean {
  const plain = name.replace(ABOVE, '');
  return !KNOWN.has(plain) && !isLabelFile(name) && DESCRIPTIVE.test(name);
}

/** Whether something in a file of settings describes pixels or labels, and was not read. */
function describes(name: string, text: string): boolean {
  const plain = name.replace(ABOVE, '');
  const beginning = text.slice(0, MAX_CHARACTERS);
  if (MIXED_FILE.test(name)) return PREPROCESSING_FIELD.test(beginning);
  if (plain === 'preprocessor_config.json' || plain === TRITON_CONFIG || isLabelFile(name)) return false;
  if (plain === 'config.json' && isUnderstood(text)) return false;
  // Where these describe the preprocessing, they were read.
  if (plain === 'processor_config.json') return false;
  if (plain === 'inference.yml' && /^PreProcess:/m.test(text)) return false;
  return PREPROCESSING_FIELD.test(beginning) || (!KNOWN.has(plain) && LABEL_FIELD.test(beginning));
}

/** Whether it is the `config.json` of transformers, which has a file of its own for the preprocessing, or of timm. */
function isUnderstood(text: string): boolean {
  try {
    const json = parseJson(text);
    if (typeof json !== 'object' || json === null) return true;
    return 'model_type' in json || 'architectures' in json || isTimmConfig(json);
  } catch {
    return true;
  }
}

function stemOf(name: string): string {
  return name.replace(/\.[^.]*$/, '');
}

function noteAbout(files: readonly string[]): string | null {
  if (files.length === 0) return null;
  const [are, look] = files.length === 1 ? ['is', 'looks'] : ['are', 'look'];
  const more = files.length > MAX_NAMED ? ` and ${files.length - MAX_NAMED} more` : '';
  return note(
    'FILE_NOT_READ',
    `${files.slice(0, MAX_NAMED).join(', ')}${more}, beside the model, ${look} like labels or preprocessing, but ${are} of no form that is read. Give what is in it with --labels or --preprocessing.`,
  );
}
