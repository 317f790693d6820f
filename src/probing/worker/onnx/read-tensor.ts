import { elementsOf } from './check-shape.js';
import {
  DOUBLE_DATA,
  ELEMENT_STORAGE,
  FLOAT_DATA,
  INT32_DATA,
  INT64_DATA,
  RAW_DATA,
  STRING_DATA,
  UINT64_DATA,
} from './element-types.js';
import { externalData } from './external-data.js';
import { MODEL_LIMITS } from './limits.js';
import type { MessageReader } from './message-reader.js';
import { rejectRepeats } from './message-reader.js';
import { ELEMENT_TYPES, MAX_VALUES, type TensorFacts } from './model.js';

/**
 * Reads a TensorProto, and its values when there are only a few.
 *
 * @throws ProbelogError MODEL_EXTERNAL_DATA when its values are in another file that is not there, not allowed or too short;
 *   MODEL_MALFORMED when their number does not match its shape, since a reader would run past their end into the process's memory
 */
export function readTensor(reader: MessageReader, at: string): TensorFacts {
  const facts: TensorFacts = { name: '', shape: [], elementType: 0, values: null, floats: null };
  const kept: number[] = [];
  const raw: Uint8Array[] = [];
  const stored = new Map<number, number>();
  let data: Uint8Array | null = null;
  let type = 0;
  const external = externalData(reader);
  const add = (field: number, count: number) => stored.set(field, (stored.get(field) ?? 0) + count);
  reader.count('tensors');
  reader.message(
    at,
    (field) => {
      if (field === 1) reader.numbers(facts.shape, MODEL_LIMITS.rank);
      else if (field === 2) type = reader.number();
      else if (field === 3) throw reader.error('MODEL_MALFORMED', 'the tensor is only a segment.');
      else if (field === 8) facts.name = reader.name();
      else if (field === FLOAT_DATA) {
        const count = reader.fixed(4, kept, MAX_VALUES);
        data = reader.last(4 * count);
        add(field, count);
      } else if (field === DOUBLE_DATA) add(field, reader.fixed(8, kept, MAX_VALUES));
      else if (field === INT32_DATA || field === INT64_DATA || field === UINT64_DATA)
        add(field, reader.varints(kept, MAX_VALUES));
      else if (field === STRING_DATA) {
        reader.length();
        add(field, 1);
      } else if (field === RAW_DATA) {
        if (stored.has(field)) throw reader.error('MODEL_MALFORMED', 'the tensor has its data twice.');
        const length = reader.length(raw, 8 * MAX_VALUES);
        data = reader.last(length);
        add(field, length);
      } else if (field === 13) external.readEntry();
      else if (field === 14) external.readPlace();
    },
    () => {
      const elements = elementsOf(reader, facts.shape);
      facts.elementType = type;
      if (external.isUsed()) {
        const inside = [...stored.values()].some((count) => count > 0);
        external.check({ name: facts.name, type, elements, inside });
        return;
      }
      checkData(reader, type, elements, stored);
      facts.values = smallValues(type, elements, kept, raw[0]);
      // A list may come in several parts; then the last one is too short.
      if (type === ELEMENT_TYPES.float32 && data?.length === 4 * elements) facts.floats = data;
    },
  );
  return facts;
}

/** @param kept numbers of the data fields @param raw `raw_data` */
function smallValues(type: number, elements: number, kept: number[], raw?: Uint8Array): number[] | null {
  const name = ELEMENT_STORAGE.get(type)?.name ?? '';
  if (elements > MAX_VALUES) return null;
  if (kept.length > 0) return name !== 'float16' && kept.length === elements ? kept : null;
  const read = READERS.get(name);
  if (!raw || !read) return elements === 0 ? [] : null;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: elements }, (_, place) => read(view, place));
}

const READERS: ReadonlyMap<string, (view: DataView, place: number) => number> = new Map([
  ['float32', (view, place) => view.getFloat32(4 * place, true)],
  ['float64', (view, place) => view.getFloat64(8 * place, true)],
  ['float16', (view, place) => halfToNumber(view.getUint16(2 * place, true))],
  ['uint8', (view, place) => view.getUint8(place)],
  ['int8', (view, place) => view.getInt8(place)],
  ['int32', (view, place) => view.getInt32(4 * place, true)],
  ['int64', (view, place) => Number(view.getBigInt64(8 * place, true))],
]);

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction > 0 ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

/** Reads a SparseTensorProto. @throws ProbelogError as {@link readTensor}; MODEL_MALFORMED if it is too large when dense */
export function readSparseTensor(reader: MessageReader, at: string): void {
  const shape: number[] = [];
  const once = rejectRepeats(reader);
  reader.message(
    at,
    (field) => {
      if (field === 1) readTensor(reader, once('values'));
      else if (field === 2) readTensor(reader, once('indices'));
      else if (field === 3) reader.numbers(shape, MODEL_LIMITS.rank);
    },
    () => reader.count('denseElements', elementsOf(reader, shape)),
  );
}

/** @param stored count of numbers (of bytes in raw_data) in each field */
function checkData(
  reader: MessageReader,
  type: number,
  elements: number,
  stored: ReadonlyMap<number, number>,
): void {
  const kind = ELEMENT_STORAGE.get(type);
  if (!kind) throw reader.error('MODEL_MALFORMED', `the tensor has the unknown element type ${type}.`);
  const [field, found] = [...stored].find(([, count]) => count > 0) ?? [RAW_DATA, 0];
  const others = [...stored].filter(([other, count]) => other !== field && count > 0);
  const expected =
    field === RAW_DATA ? Math.ceil((elements * kind.bits) / 8) : Math.ceil(elements * kind.each);
  const rightField = field === kind.field || (field === RAW_DATA && (kind.bits > 0 || elements === 0));
  if (others.length > 0 || !rightField || found !== expected)
    throw reader.error(
      'MODEL_MALFORMED',
      `the tensor's data does not match its shape: ${elements} elements of ${kind.name}.`,
      { elements, type: kind.name },
    );
}
