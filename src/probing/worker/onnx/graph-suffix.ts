import protobuf from 'protobufjs/minimal.js';
import type { OnnxNode } from './model.js';
import type { Form } from './output-tail.js';

/** Nodes of the graph that run once more, on another tensor. */
export interface Replay {
  /** The tensor that takes the place of the first node's input. */
  from: string;
  /** Each reads the output of the one before; at least one. */
  forms: readonly Form[];
  /** Name of the last one's output. */
  to: string;
}

/**
 * Bytes that, appended to a serialized ModelProto, repeat nodes of its graph and declare inner tensors as outputs.
 *
 * Parsers merge concatenated protobuf messages and append repeated fields, so the model and its weights need not be decoded
 * and encoded again.
 *
 * @param file the model
 */
export function graphSuffix(
  file: Uint8Array,
  replays: readonly Replay[],
  outputs: readonly string[],
): Uint8Array {
  if (replays.length === 0 && outputs.length === 0) return new Uint8Array();
  const writer = protobuf.Writer.create();
  writer.uint32(tag(7)).fork();
  for (const { from, forms, to } of replays) {
    let input = from;
    for (const [step, { node, output }] of forms.entries()) {
      const names = node.outputs.map((name, place) => `${to}:${step}:${place}:${name}`);
      const result = node.outputs.indexOf(output);
      if (step === forms.length - 1) names[result] = to;
      writer.uint32(tag(1)).bytes(renamed(file, node, input, names));
      input = names[result];
    }
  }
  for (const name of outputs) writer.uint32(tag(12)).fork().uint32(tag(1)).string(name).ldelim();
  return writer.ldelim().finish();
}

/** A NodeProto with another first input, other outputs and no name. */
function renamed(file: Uint8Array, { start }: OnnxNode, input: string, outputs: string[]): Uint8Array {
  const reader = protobuf.Reader.create(file);
  reader.pos = start;
  const end = reader.uint32() + reader.pos;
  const parts: Uint8Array[] = [];
  const named = protobuf.Writer.create();
  let inputs = 0;
  while (reader.pos < end) {
    const field = reader.pos;
    const key = reader.uint32();
    const content = reader.pos;
    reader.skipType(key & 7);
    if (key === tag(1) && inputs++ === 0) named.uint32(key).string(input);
    else if (key === tag(1)) named.uint32(key).bytes(file.subarray(afterLength(file, content), reader.pos));
    else if (key !== tag(2) && key !== tag(3)) parts.push(file.subarray(field, reader.pos));
  }
  for (const output of outputs) named.uint32(tag(2)).string(output);
  return Buffer.concat([named.finish(), ...parts]);
}

/** The offset behind the length that stands at `at`. */
function afterLength(file: Uint8Array, at: number): number {
  let end = at;
  while (file[end] >= 0x80) end++;
  return end + 1;
}

/** The tag of a length-delimited field. */
function tag(field: number): number {
  return (field << 3) | 2;
}
