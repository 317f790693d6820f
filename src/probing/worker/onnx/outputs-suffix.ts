import protobuf from 'protobufjs/minimal.js';

/**
 * Bytes that, appended to a serialized ModelProto, declare inner tensors of its graph as outputs.
 *
 * Parsers merge concatenated protobuf messages and append repeated fields, so the model and its weights need not be decoded
 * and encoded again.
 */
export function outputsSuffix(names: readonly string[]): Uint8Array {
  if (names.length === 0) return new Uint8Array();
  const writer = protobuf.Writer.create();
  writer.uint32(tag(7)).fork();
  for (const name of names) writer.uint32(tag(12)).fork().uint32(tag(1)).string(name).ldelim();
  return writer.ldelim().finish();
}

/** The tag of a length-delimited field. */
function tag(field: number): number {
  return (field << 3) | 2;
}
