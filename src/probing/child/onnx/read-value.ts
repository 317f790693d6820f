import { fixedElements } from './check-shape.js';
import { MODEL_LIMITS } from './limits.js';
import type { MessageReader } from './message-reader.js';
import type { OnnxValue } from './model.js';

/**
 * Reads a ValueInfoProto: a declared input, output or intermediate value.
 *
 * @throws ProbelogError MODEL_MALFORMED for a shape that nothing can have
 */
export function readValue(reader: MessageReader, at: string): OnnxValue {
  const value: OnnxValue = { name: '', elementType: null, shape: null };
  reader.count('values');
  reader.message(
    at,
    (field) => {
      if (field === 1) value.name = reader.name();
      else if (field === 2)
        reader.message('type', (kind) => {
          if (kind === 1) readTensorType(reader, value);
        });
    },
    () => {
      const fixed = value.shape?.filter((size) => typeof size === 'number') ?? [];
      fixedElements(reader, fixed);
    },
  );
  return value;
}

function readTensorType(reader: MessageReader, value: OnnxValue): void {
  reader.message('tensor_type', (field) => {
    if (field === 1) value.elementType = reader.number();
    else if (field === 2) {
      value.shape ??= [];
      const { shape } = value;
      reader.message('shape', (inner) => {
        if (inner === 1) shape.push(readDimension(reader, shape.length));
      });
    }
  });
}

/** Some exporters write -1 or 0 for a free dimension. */
function readDimension(reader: MessageReader, index: number): number | string {
  let dimension: number | string = '';
  if (index >= MODEL_LIMITS.rank)
    throw reader.refusal('MODEL_MALFORMED', `there are more than ${MODEL_LIMITS.rank} dimensions.`);
  reader.message(`dim[${index}]`, (field) => {
    if (field === 1) {
      const size = reader.number();
      if (size < -1) throw reader.refusal('MODEL_MALFORMED', `the size ${size} is impossible.`);
      dimension = size > 0 ? size : '';
    } else if (field === 2) dimension = reader.name();
  });
  return dimension;
}
