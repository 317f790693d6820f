import type { MessageReader } from './message-reader.js';

/**
 * Refuses a field that occurs twice in a message but is no list: protobuf merges the two, so that neither of them is
 * what ONNX Runtime sees.
 *
 * @returns takes the name of a field, and returns it the first time
 * @throws ProbelogError MODEL_MALFORMED the second time
 */
export function rejectRepeats(reader: MessageReader): (field: string) => string {
  const seen = new Set<string>();
  return (field) => {
    if (seen.has(field)) throw reader.error('MODEL_MALFORMED', `there is more than one ${field}.`);
    seen.add(field);
    return field;
  };
}
