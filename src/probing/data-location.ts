/** The most data files of one model. Exporters that write a file for each tensor make some hundreds. */
export const MAX_DATA_FILES = 2_000;

/** A file that a model names for its weights. */
export interface DataReference {
  /** Relative to the model's folder; see {@link locationProblem}. */
  location: string;
  /** The bytes that the file has at least. */
  bytes: number;
  /** SHA-1 of the file in lowercase hexadecimal, where the model has it. */
  sha1: string | null;
}

const MAX_LENGTH = 512;
/** Characters that are separators, drives, streams, patterns or control characters somewhere. */
const FORBIDDEN = /[\\:*?"<>|\p{Cc}\u2028\u2029\ufffd]/u;
/** Names of devices on Windows, whatever follows them after a point. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\.|$)/i;

/**
 * Why a name cannot be the location of a model's data; null when it can. Allowed are relative names, with `/` between folders,
 * that stay in the model's own folder on every system.
 *
 * Threat model: ONNX Runtime opens what the model names: any file of the machine, a device that never ends, a share in the
 * network, and, for its own marker of data in memory, an address inside the process.
 */
export function locationProblem(location: string): string | null {
  if (location === '') return 'the model names no file';
  if (location.length > MAX_LENGTH) return 'its name is too long';
  if (location.startsWith('/') || /^[a-z]:/i.test(location)) return 'its path is absolute';
  if (FORBIDDEN.test(location)) return 'its name has characters that are not allowed';
  const parts = location.split('/');
  if (parts.includes('..')) return 'its path leads out of the model’s folder';
  if (parts.some((part) => part === '' || part === '.' || /[. ]$/.test(part)))
    return 'its path is not a plain relative one';
  return parts.some((part) => DEVICE.test(part)) ? 'its name is one of a device' : null;
}
