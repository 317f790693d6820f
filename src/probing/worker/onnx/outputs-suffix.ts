import protobuf from 'protobufjs/minimal.js';

/**
 * Bytes that, appended to a serialized ModelProto, make tensors inside its graph outputs of it.
 *
 * Parsing concatenated protobuf messages merges them, and merging appends to repeated fields: so the model itself,
 * weights and all, is never decoded or written anew.
 */
export function outputsSuffix(names: readonly string[]): Uint8Array {
  if (names.length === 0) return new Uint8Array();
  const writer = protobuf.Writer.create();
  writer.uint32(tag(7)).fork();
  for (const name of names) writer.uint32(tag(12)).fork().uint32(tag(1)).string(name).ldelim();
  return writer.ldelim().finish();
}

/** Of a length-delimited field. */
function tag(field: number): number {
  return (field << 3) | 2;
}
