import { locationProblem } from '../../data-location.js';
import { ELEMENT_STORAGE } from './element-types.js';
import type { MessageReader } from './message-reader.js';

/** Where a TensorProto says that its data is. */
export interface ExternalData {
  /** Reads an entry of its field `external_data`. */
  readEntry(): void;
  /** Reads its field `data_location`. */
  readPlace(): void;
  /** Whether anything says that the data is in another file. */
  isUsed(): boolean;
  /**
   * Checks that the data is in a file that may be read, and wholly in it.
   *
   * @param inside whether the tensor has data of its own as well
   * @throws ProbelogError MODEL_EXTERNAL_DATA, MODEL_MALFORMED
   */
  check(tensor: { name: string; type: number; elements: number; inside: boolean }): void;
}

/** TensorProto.DataLocation */
const EXTERNAL = 1;
/** ONNX Runtime refuses other keys, except those of data that it packed itself, which nothing can check. */
const KEYS: ReadonlySet<string> = new Set(['location', 'offset', 'length', 'checksum']);
const NUMBER = /^\d{1,15}$/;
const SHA1 = /^[0-9a-f]{40}$/i;

export function externalData(reader: MessageReader): ExternalData {
  const entries = new Map<string, string>();
  let place = 0;
  return {
    readEntry() {
      let key = '';
      let value = '';
      reader.message('external_data', (field) => {
        if (field === 1) key = reader.name();
        else if (field === 2) value = reader.name();
      });
      if (!KEYS.has(key) || entries.has(key))
        throw reader.error(
          'MODEL_EXTERNAL_DATA',
          `the tensor has ${KEYS.has(key) ? 'two entries' : 'an entry'} ${JSON.stringify(key.slice(0, 100))} for its data in another file. Save the model again.`,
        );
      entries.set(key, value);
    },
    readPlace() {
      place = reader.number();
    },
    isUsed: () => place !== 0 || entries.size > 0,
    check({ name, type, elements, inside }) {
      const tensor = name || '(unnamed)';
      const location = entries.get('location') ?? '';
      const shown = location.slice(0, 200);
      const refusal = (problem: string, remedy: string) =>
        reader.error(
          'MODEL_EXTERNAL_DATA',
          `the tensor ${JSON.stringify(tensor)} has its data in another file, ${JSON.stringify(shown)}: ${problem}. ${remedy}`,
          { tensor, location: shown || null },
        );
      const forbidden = locationProblem(location);
      if (forbidden !== null)
        throw refusal(forbidden, 'Save the model with its data beside it, or as one file.');
      if (inside || place !== EXTERNAL)
        throw refusal('the model also says that it is in the model file', 'Save the model again.');
      const kind = ELEMENT_STORAGE.get(type);
      if (!kind || kind.bits === 0)
        throw refusal(
          `elements of type ${kind?.name ?? type} cannot be there`,
          'Save the model as one file.',
        );
      const expected = Math.ceil((elements * kind.bits) / 8);
      const offset = numberOf(entries.get('offset'), 0);
      const length = numberOf(entries.get('length'), expected);
      if (offset === null || length === null)
        throw refusal('offset and length must be whole numbers', 'Save the model again.');
      if (length !== expected)
        throw refusal(
          `its length is ${length} bytes, but its shape needs ${expected}`,
          'Save the model again.',
        );
      const checksum = entries.get('checksum');
      const sha1 = checksum !== undefined && SHA1.test(checksum) ? checksum.toLowerCase() : null;
      const end = offset + length;
      const size = reader.dataSize({ location, bytes: end, sha1 });
      if (size === null)
        throw refusal(
          'the model came without this file',
          'Put the file beside the model under this name, or save the model as one file.',
        );
      if (end > size)
        throw refusal(
          `the file has ${size} bytes, but the tensor ends at byte ${end}`,
          'The file is cut off or belongs to another model. Save or download both again.',
        );
    },
  };
}

/** @returns null when it is no number */
function numberOf(text: string | undefined, absent: number): number | null {
  if (text === undefined) return absent;
  return NUMBER.test(text) ? Number(text) : null;
}
