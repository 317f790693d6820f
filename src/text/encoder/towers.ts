import { basename, dirname, join } from 'node:path';
import {
  AutoImageProcessor,
  AutoTokenizer,
  CLIPTextModelWithProjection,
  CLIPVisionModelWithProjection,
  env,
  type PreTrainedTokenizer,
  type RawImage,
} from '@xenova/transformers';
import { dot } from '../../domain/index.js';
import type { Tower } from './encoder-files.js';
import type { EncoderSettings } from './protocol.js';

/** Texts or images as vectors, N × d. */
export interface Embeddings {
  data: Float32Array;
  rows: number;
}

/** A tower that embeds texts. */
export interface TextTower {
  embed(texts: string[]): Promise<Embeddings>;
  /** Tokens that every text is padded to; null where the longest of a batch decides. */
  paddedLength: number | null;
}

/** A tower that embeds images. */
export interface VisionTower {
  embed(images: RawImage[]): Promise<Embeddings>;
}

/** What CLIP, sentence-transformers, Jina CLIP and SigLIP call the embedding, in the order in which it is looked for. */
const TEXT_OUTPUTS = [
  'text_embeds',
  'sentence_embedding',
  'text_embeddings',
  'l2norm_text_embeddings',
  'pooler_output',
];
const IMAGE_OUTPUTS = ['image_embeds', 'image_embeddings', 'l2norm_image_embeddings', 'pooler_output'];

/** Words of all tokenizers. */
const DIFFERENT_TEXTS = ['dog', 'house', 'red', 'two'];
/** A sentence encoder takes longer texts, and its padding is masked. */
const MAX_PADDED = 128;
const PADDING_SAMPLE = ['a photo of a dog'];
/** Of embeddings that differ by rounding only. */
const SAME = 0.999;

type Feeds = Record<string, unknown>;
type Outputs = Record<string, { data: unknown; dims: number[] } | undefined>;

/** Points transformers.js to the encoder's files. */
export function useFilesOf({ model, isFolder, cacheFolder }: EncoderSettings): void {
  env.cacheDir = cacheFolder;
  env.allowRemoteModels = !isFolder;
  if (isFolder) env.localModelPath = `${dirname(model)}/`;
}

/** Loads the tower for texts. @throws Error with the reason */
export async function loadTextTower(settings: EncoderSettings): Promise<TextTower> {
  const { id, options } = sourceOf(settings, settings.towers.text);
  const [tokenizer, model] = await Promise.all([
    AutoTokenizer.from_pretrained(id, options),
    CLIPTextModelWithProjection.from_pretrained(id, options),
  ]);
  checkTokenizer(tokenizer);
  const run = async (texts: string[], length: number | null) => {
    const padding =
      length === null ? { padding: true } : { padding: 'max_length' as const, max_length: length };
    const outputs: Outputs = await model(tokenizer(texts, { ...padding, truncation: true }) as Feeds);
    return embeddingsIn(outputs, TEXT_OUTPUTS, texts.length);
  };
  const paddedLength = await paddedLengthOf(run, longestText(tokenizer, model.config));
  return { embed: (texts) => run(texts, paddedLength), paddedLength };
}

/** Loads the tower for images. @throws Error with the reason */
export async function loadVisionTower(settings: EncoderSettings): Promise<VisionTower> {
  const { id, options } = sourceOf(settings, settings.towers.vision);
  const [processor, model] = await Promise.all([
    AutoImageProcessor.from_pretrained(id, options),
    CLIPVisionModelWithProjection.from_pretrained(id, options),
  ]);
  return {
    async embed(images) {
      const outputs: Outputs = await model((await processor(images)) as Feeds);
      return embeddingsIn(outputs, IMAGE_OUTPUTS, images.length);
    },
  };
}

function sourceOf({ model, isFolder, revision }: EncoderSettings, { folder, file, hasDataFile }: Tower) {
  const options = {
    dtype: 'fp32',
    local_files_only: isFolder,
    model_file_name: file,
    use_external_data_format: hasDataFile,
    // Idle threads must not spin, because other processes need the CPU.
    session_options: { extra: { session: { intra_op: { allow_spinning: '0' } } } },
    ...(isFolder ? {} : { revision }),
  } as const;
  return { id: isFolder ? join(basename(model), folder) : model, options };
}

/** A damaged tokenizer may give every text the same tokens; then every concept would find the same models. */
function checkTokenizer(tokenizer: PreTrainedTokenizer): void {
  const tokens = DIFFERENT_TEXTS.map((text) => tokenizer.encode(text).join());
  if (new Set(tokens).size < tokens.length)
    throw new Error('its tokenizer gives different texts the same tokens');
}

/** How many tokens a text has at most; null when nothing says so. */
function longestText(tokenizer: PreTrainedTokenizer, config: object): number | null {
  const { text_config: nested, max_position_embeddings: own } = config as {
    text_config?: { max_position_embeddings?: unknown };
    max_position_embeddings?: unknown;
  };
  const limits = [tokenizer.model_max_length, nested?.max_position_embeddings ?? own];
  const known = limits.filter((limit): limit is number => typeof limit === 'number' && limit > 0);
  return known.length === 0 ? null : Math.min(...known);
}

/**
 * Finds out how texts must be padded. CLIP, SigLIP and MobileCLIP were trained on texts padded to a fixed length. CLIP reads nothing behind
 * a text's end, so less padding changes nothing and is faster; SigLIP and MobileCLIP read the padding, too, so without it they give
 * other embeddings (Zhai et al. 2023; Vasu et al. 2024). No configuration says so, but one text does.
 */
async function paddedLengthOf(
  run: (texts: string[], length: number | null) => Promise<Embeddings>,
  longest: number | null,
): Promise<number | null> {
  if (longest === null || longest > MAX_PADDED) return null;
  const padded = await run(PADDING_SAMPLE, longest).catch(() => null);
  if (!padded) return null;
  // A tower that was exported for one length takes no other.
  const short = await run(PADDING_SAMPLE, null).catch(() => null);
  return short && cosine(short.data, padded.data) > SAME ? null : longest;
}

function embeddingsIn(outputs: Outputs, names: readonly string[], rows: number): Embeddings {
  const name = names.find((one) => outputs[one] !== undefined);
  const found = name === undefined ? undefined : outputs[name];
  if (!found)
    throw new Error(
      `its model has the outputs ${Object.keys(outputs).join(', ')}, and none of ${names.join(', ')}: export it with its pooling and projection`,
    );
  const { data, dims } = found;
  if (!(data instanceof Float32Array) || dims.length !== 2 || dims[0] !== rows)
    throw new Error(
      `its output ${name} is not one vector of float32 for each input, but [${dims.join(', ')}]`,
    );
  return { data, rows };
}

function cosine(a: Float32Array, b: Float32Array): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
