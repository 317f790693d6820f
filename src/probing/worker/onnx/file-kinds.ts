import { ProbelogError } from '../../../errors/index.js';
import { decodeText } from '../../../lib/decode-text.js';

/** What the bytes of a file that is no ONNX model say it is, and the way to an ONNX model; a sentence each. */

/** Bytes at the start of a file in which names and texts are looked for, and at the end of a zip. */
const HEAD = 64 * 1024;
const TAIL = 256 * 1024;
/** Characters of a text's first line to show. */
const LINE = 160;

const TF2ONNX = 'Convert it with tf2onnx: python -m tf2onnx.convert';

const TENSORRT =
  'a TensorRT engine, which runs on one kind of GPU. Register the .onnx file that it was built from.';

/** Formats with fixed bytes at an offset. */
const SIGNATURES: readonly [offset: number, bytes: string, kind: string][] = [
  [
    0,
    '\x89HDF\r\n\x1a\n',
    `an HDF5 file, which Keras writes (.h5). ${TF2ONNX} after loading it, or export it with model.export(…, format="onnx").`,
  ],
  [0, '\x1f\x8b', 'a gzip archive. Unpack it (gunzip, or tar -xzf) and register the .onnx file inside.'],
  [0, 'BZh', 'a bzip2 archive. Unpack it and register the .onnx file inside.'],
  [0, '\xfd7zXZ\x00', 'an xz archive. Unpack it and register the .onnx file inside.'],
  [0, '\x28\xb5\x2f\xfd', 'a Zstandard archive. Unpack it and register the .onnx file inside.'],
  [0, "7z\xbc\xaf'\x1c", 'a 7-Zip archive. Unpack it and register the .onnx file inside.'],
  [0, 'Rar!', 'a RAR archive. Unpack it and register the .onnx file inside.'],
  [257, 'ustar', 'a tar archive. Unpack it and register the .onnx file inside.'],
  [
    4,
    'ORTM',
    'a model in ONNX Runtime’s own format (.ort), which cannot be checked. Register the .onnx file that it was made from.',
  ],
  [4, 'TFL3', `a TensorFlow Lite model (.tflite). ${TF2ONNX} --tflite model.tflite --output model.onnx.`],
  [0, 'GGUF', 'a GGUF file, which holds language models. Register an image classifier in ONNX.'],
  [0, '\x93NUMPY', 'a NumPy array (.npy). Upload responses with `probelog upload`.'],
  [0, 'ftrt', TENSORRT],
  [0, 'ptrt', TENSORRT],
];

const PYTORCH = 'Load it in PyTorch and export it with torch.onnx.export.';

/** Kinds of zip archives by a name inside. */
const ZIP_KINDS: readonly [name: RegExp, kind: string][] = [
  [/\/constants\.pkl|\/code\/__torch__/, `a TorchScript model. ${PYTORCH}`],
  [
    /archive_format|models\/model\.json|\/data\/weights\//,
    `a PyTorch program of torch.export (.pt2). ${PYTORCH}`,
  ],
  [/data\.pkl/, `PyTorch weights, a pickle, which is never loaded here. ${PYTORCH}`],
  [/model\.weights\.h5/, 'a Keras model (.keras). Export it with model.export("model.onnx", format="onnx").'],
  [/schema\.json/, 'a scikit-learn model of skops. Convert it with skl2onnx.'],
  [/saved_model\.pb/, `a zip with a TensorFlow SavedModel. Unpack it. ${TF2ONNX} --saved-model FOLDER.`],
];

/** @param kind as {@link describeFileKind} names it */
export function otherKind(kind: string): ProbelogError {
  return new ProbelogError('MODEL_NOT_ONNX', `The file is not an ONNX model: it is ${kind}`);
}

/**
 * Names a file that is too large to be read whole.
 *
 * @param size bytes of the file
 * @param read its bytes from an offset on
 */
export async function describeLargeFile(
  size: number,
  read: (offset: number, bytes: number) => Promise<Uint8Array>,
): Promise<string | null> {
  return describeFileKind(Buffer.concat([await read(0, HEAD), await read(size - TAIL, TAIL)]));
}

/** @returns null when the bytes do not tell */
export function describeFileKind(file: Uint8Array): string | null {
  const head = Buffer.from(file.subarray(0, HEAD)).toString('latin1');
  const signature = SIGNATURES.find(([offset, bytes]) => head.startsWith(bytes, offset));
  if (signature) return signature[2];
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return zipKind(head, file);
  const [first, second] = file;
  if (first === 0x80 && second >= 2 && second <= 5)
    return `a Python pickle (PyTorch weights, scikit-learn or joblib), which is never loaded here. Load it where it was made and export it to ONNX: torch.onnx.export, or skl2onnx.`;
  // The usual headers of zlib, by level.
  if (first === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(second))
    return 'a zlib stream, as joblib compresses pickles, which are never loaded here. Load it where it was made and export it to ONNX: skl2onnx.';
  if (isSafetensors(file, head))
    return `a safetensors file: weights without a graph. Load the model in its library and export it: torch.onnx.export, or optimum-cli export onnx.`;
  if (head.startsWith('version https://git-lfs'))
    return 'a Git LFS pointer. Download the file that it points to, with git lfs pull.';
  return textKind(head) ?? protobufKind(head);
}

function zipKind(head: string, file: Uint8Array): string {
  const names = head + Buffer.from(file.subarray(-TAIL)).toString('latin1');
  const known = ZIP_KINDS.find(([name]) => name.test(names));
  if (known) return known[1];
  return 'a zip archive. Unpack it and register the .onnx file inside, with the files beside it.';
}

/** A length in 8 bytes, then a JSON object. */
function isSafetensors(file: Uint8Array, head: string): boolean {
  if (file.length < 10 || head[8] !== '{') return false;
  const length = Buffer.from(file.subarray(0, 8)).readBigUInt64LE();
  return length >= 2n && length <= BigInt(file.length - 8);
}

function textKind(head: string): string | null {
  const bytes = Buffer.from(head, 'latin1');
  // Only a mark tells UTF-16 from other formats.
  const isUtf16 = head.startsWith('\xff\xfe') || head.startsWith('\xfe\xff');
  const text = (isUtf16 ? decodeText(bytes) : bytes.toString('utf8').replace(/^\uFEFF/, '')).trimStart();
  const start = text.slice(0, 512);
  if (start === '' || !isText(start)) return null;
  const line = JSON.stringify(start.split(/[\r\n]/, 1)[0].slice(0, LINE));
  if (start.startsWith('<') && /<(!doctype html|html[\s>])/i.test(start))
    return `a web page (HTML). Check the URL. It begins with ${line}.`;
  if (/^(<\?xml[^>]*>\s*)?<net[\s>]/.test(start))
    return `an OpenVINO model (XML). Register the .onnx file that it was made from.`;
  if (start.startsWith('<'))
    return `XML, often an error answer saved as a file. Check the URL and download it again. It begins with ${line}.`;
  if (/^[{[]/.test(start))
    return `JSON, often an error answer saved as a file. Check the URL and download it again. It begins with ${line}.`;
  return `text, often an error answer saved as a file. Check the URL and download it again. It begins with ${line}.`;
}

/** Text has no control characters but spaces. Bytes that are no UTF-8 became U+FFFD; the last one may be cut. */
function isText(start: string): boolean {
  return !Array.from(start.slice(0, -1)).some((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code === 0xfffd || (code < 32 && !/\s/.test(character));
  });
}

/** Other formats of protobuf messages: they have no signature, so this comes last. */
function protobufKind(head: string): string | null {
  if (head.startsWith('\x08\x01\x12'))
    return `a TensorFlow SavedModel (saved_model.pb). ${TF2ONNX} --saved-model FOLDER.`;
  if (head.startsWith('\n') && /Placeholder|Const/.test(head.slice(0, 4096)))
    return `a frozen TensorFlow graph (.pb). ${TF2ONNX} --graphdef model.pb --inputs … --outputs ….`;
  return null;
}
