import type { MessageReader } from './message-reader.js';
import type { OnnxValue } from './model.js';
import { rejectRepeats } from './only-once.js';
import { readType } from './read-type.js';

/**
 * Reads a ValueInfoProto: a declared input, output or intermediate value.
 *
 * @throws ProbelogError as {@link readType}
 */
export function readValue(reader: MessageReader, at: string): OnnxValue {
  const value: OnnxValue = { name: '', elementType: null, shape: null };
  const once = rejectRepeats(reader);
  reader.count('values');
  reader.message(at, (field) => {
    if (field === 1) value.name = reader.name();
    else if (field === 2) Object.assign(value, readType(reader, once('type')));
  });
  return value;
}
