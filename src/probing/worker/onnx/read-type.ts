import { fixedElements } from './check-shape.js';
import { MODEL_LIMITS } from './limits.js';
import type { MessageReader } from './message-reader.js';
import { rejectRepeats } from './message-reader.js';
import type { OnnxValue } from './model.js';

/** Element type and shape of a tensor. */
export type TensorType = Pick<OnnxValue, 'elementType' | 'shape' | 'container'>;

/**
 * Reads a TypeProto, and the types within it.
 *
 * @returns nulls when it is not a tensor
 * @throws ProbelogError MODEL_MALFORMED for an impossible shape or several types where one belongs; MODEL_UNSUPPORTED for
 *   an opaque type
 */
export function readType(reader: MessageReader, at: string): TensorType {
  const once = rejectRepeats(reader);
  let type: TensorType = { elementType: null, shape: null, container: null };
  reader.count('types');
  reader.message(at, (field) => {
    const kind = KINDS.get(field);
    if (kind === undefined) return;
    // Protobuf keeps the last of these fields, and merges equal ones.
    once('type');
    if (kind === 'tensor_type') type = readTensorType(reader, kind);
    else if (kind === 'sparse_tensor_type') {
      type.container = 'sparse tensor';
      readTensorType(reader, kind);
    } else if (kind === 'opaque_type')
      throw reader.error('MODEL_UNSUPPORTED', 'opaque types are not supported.');
    else {
      type.container = kind.replace('_type', '');
      readContainer(reader, kind, kind === 'map_type' ? 2 : 1);
    }
  });
  return type;
}

const KINDS = new Map([
  [1, 'tensor_type'],
  [4, 'sequence_type'],
  [5, 'map_type'],
  [7, 'opaque_type'],
  [8, 'sparse_tensor_type'],
  [9, 'optional_type'],
]);

/** Reads TypeProto.Sequence, Map or Optional. @param inner field with the element type */
function readContainer(reader: MessageReader, at: string, inner: 1 | 2): void {
  const once = rejectRepeats(reader);
  reader.message(at, (field) => {
    if (field === inner) readType(reader, once(inner === 1 ? 'elem_type' : 'value_type'));
  });
}

/** Reads TypeProto.Tensor or SparseTensor, which have the same fields. */
function readTensorType(reader: MessageReader, at: string): TensorType {
  const type: TensorType = { elementType: null, shape: null, container: null };
  reader.message(
    at,
    (field) => {
      if (field === 1) type.elementType = reader.number();
      else if (field === 2) {
        type.shape ??= [];
        const { shape } = type;
        reader.message('shape', (inner) => {
          if (inner === 1) shape.push(readDimension(reader, shape.length));
        });
      }
    },
    () => {
      const fixed = type.shape?.filter((size) => typeof size === 'number') ?? [];
      fixedElements(reader, fixed);
    },
  );
  return type;
}

/** Some exporters write -1 or 0 for a free dimension. */
function readDimension(reader: MessageReader, index: number): number | string {
  let dimension: number | string = '';
  if (index >= MODEL_LIMITS.rank)
    throw reader.error('MODEL_MALFORMED', `the shape has more than ${MODEL_LIMITS.rank} dimensions.`);
  reader.message(`dim[${index}]`, (field) => {
    if (field === 1) {
      const size = reader.number();
      if (size < -1) throw reader.error('MODEL_MALFORMED', `the size ${size} is impossible.`);
      dimension = size > 0 ? size : '';
    } else if (field === 2) dimension = reader.name();
  });
  return dimension;
}

/**
 * Reads a ValueInfoProto: a declared input, output or intermediate value.
 *
 * @throws ProbelogError as {@link readType}
 */
export function readValue(reader: MessageReader, at: string): OnnxValue {
  const value: OnnxValue = { name: '', elementType: null, shape: null, container: null };
  const once = rejectRepeats(reader);
  reader.count('values');
  reader.message(at, (field) => {
    if (field === 1) value.name = reader.name();
    else if (field === 2) Object.assign(value, readType(reader, once('type')));
  });
  return value;
}
