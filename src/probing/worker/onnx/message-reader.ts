import protobuf from 'protobufjs/minimal.js';
import { type ErrorCode, ProbelogError } from '../../../errors/index.js';
import type { DataReference } from '../../data-location.js';
import { type Counted, MODEL_LIMITS } from './limits.js';

/** Nesting of messages (graphs in attributes in nodes in graphs …); a deeper file is an attack. */
const MAX_DEPTH = 100;
/** Length of a 64-bit varint. */
const MAX_VARINT_BYTES = 10;

/** The bytes end inside a field. */
export class UnexpectedEnd extends Error {}

/** The bytes are not the expected protobuf message. */
export class Malformed extends Error {}

/** Wire types of the protobuf encoding that ONNX uses. */
export const WIRE = { VARINT: 0, FIXED64: 1, BYTES: 2, FIXED32: 5 } as const;

/**
 * Reads a protobuf message field by field. Unlike a decoder generated from a schema, it copies nothing (weights are
 * skipped), distinguishes a truncated file from an invalid one, limits nesting and counts, and knows its path.
 *
 * Threat model: the file's author knows this code and ONNX Runtime's. The reader must see what ONNX Runtime's parser sees,
 * or reject the file (docs/model-safety.md).
 */
export class MessageReader {
  private readonly reader: protobuf.Reader;
  private readonly path: string[] = [];
  private readonly counts = new Map<Counted, number>();
  /** Wire type of the current field. */
  private wire = 0;

  /** @param dataSize bytes of a file that tensors are in; null when the model came without it */
  constructor(
    private readonly bytes: Uint8Array,
    readonly dataSize: (reference: DataReference) => number | null = () => null,
  ) {
    this.reader = protobuf.Reader.create(bytes);
  }

  /** Calls `visit` for every field of the outermost message, and skips fields that it does not read. */
  outermost(visit: (field: number, wire: number) => void): void {
    this.fields(this.reader.len, visit);
  }

  /**
   * Calls `visit` for every field of the message that starts here.
   *
   * @param at name of the message in paths, such as `node[3]`
   * @param whole called after the last field, still inside the message
   */
  message(at: string, visit: (field: number) => void, whole?: () => void): void {
    this.expect(WIRE.BYTES);
    const end = this.endOfBytes();
    if (this.path.push(at) > MAX_DEPTH) throw new Malformed('messages are nested too deeply');
    this.fields(end, visit);
    whole?.();
    this.path.pop();
  }

  /** Replaces the name of the current message in paths. */
  rename(at: string): void {
    this.path[this.path.length - 1] = at;
  }

  /** The path of the current message, such as `graph.node[3].attribute[value].t`; '' for the outermost message. */
  where(): string {
    return this.path.join('.');
  }

  /** An error about the current message. */
  error(code: ErrorCode, what: string, details: Record<string, unknown> = {}): ProbelogError {
    const where = this.where() || 'model';
    return new ProbelogError(code, `${where}: ${what}`, { where, ...details });
  }

  /** Counts against a limit. @throws ProbelogError MODEL_MALFORMED when it is exceeded */
  count(what: Counted, more = 1): void {
    const counted = (this.counts.get(what) ?? 0) + more;
    this.counts.set(what, counted);
    const limit = MODEL_LIMITS[what];
    if (counted > limit)
      throw this.error('MODEL_MALFORMED', `the model has more than ${limit} ${what}.`, { limit });
  }

  /** Reads a name. */
  name(): string {
    this.expect(WIRE.BYTES);
    const end = this.endOfBytes();
    const length = end - this.reader.pos;
    if (length > MODEL_LIMITS.nameBytes)
      throw this.error('MODEL_MALFORMED', `a name has ${length} bytes.`, { limit: MODEL_LIMITS.nameBytes });
    this.count('textBytes', length);
    const text = Buffer.from(this.bytes.subarray(this.reader.pos, end)).toString('utf8');
    this.reader.pos = end;
    return text;
  }

  /** Reads text of at most `max` bytes; skips longer text and returns null. */
  text(max: number): string | null {
    this.expect(WIRE.BYTES);
    const end = this.endOfBytes();
    const start = this.reader.pos;
    this.reader.pos = end;
    if (end - start > max) return null;
    this.count('textBytes', end - start);
    return Buffer.from(this.bytes.subarray(start, end)).toString('utf8');
  }

  /** Offset of the next byte; in a callback of {@link message}, of the current field's content with its length. */
  get position(): number {
    return this.reader.pos;
  }

  /** Reads a number. */
  number(): number {
    this.expect(WIRE.VARINT);
    return this.varint();
  }

  /** Reads one number or a packed list of numbers, and appends them to `into`. */
  numbers(into: number[], max: number): void {
    if (this.wire === WIRE.VARINT) into.push(this.varint());
    else this.packed(() => into.length <= max && into.push(this.varint()));
    if (into.length > max)
      throw this.error('MODEL_MALFORMED', `the shape has more than ${max} dimensions.`, { limit: max });
  }

  /** Skips bytes and returns their number. @param keep receives them when there are at most `max` */
  length(keep?: Uint8Array[], max = 0): number {
    this.expect(WIRE.BYTES);
    const end = this.endOfBytes();
    const length = end - this.reader.pos;
    if (keep && length <= max) keep.push(this.bytes.subarray(this.reader.pos, end));
    this.reader.pos = end;
    return length;
  }

  /** The bytes that were read or skipped last, not copied. */
  last(length: number): Uint8Array {
    return this.bytes.subarray(this.reader.pos - length, this.reader.pos);
  }

  /** Reads one number or a packed list of numbers, and appends the first ones to `keep` until it has `max`. */
  firstNumbers(keep: number[], max: number): void {
    if (this.wire === WIRE.VARINT) {
      const value = this.varint();
      if (keep.length < max) keep.push(value);
    } else
      this.packed(() => {
        const value = this.varint();
        if (keep.length < max) keep.push(value);
      });
  }

  /** Skips one number or a packed list of numbers, and returns their count. @param keep receives the first numbers up to `max` */
  varints(keep?: number[], max = 0): number {
    if (this.wire === WIRE.VARINT) {
      const value = this.varint();
      if (keep && keep.length < max) keep.push(value);
      return 1;
    }
    const start = this.reader.pos;
    this.expect(WIRE.BYTES);
    const end = this.endOfBytes();
    let count = 0;
    let width = 0;
    for (let at = this.reader.pos; at < end; at++) {
      if (++width > MAX_VARINT_BYTES) throw new Malformed('a number has too many bytes');
      if (this.bytes[at] < 0x80) {
        count++;
        width = 0;
      }
    }
    if (width > 0) throw new Malformed('a list of numbers has the wrong length');
    if (keep && count <= max) {
      this.reader.pos = start;
      this.firstNumbers(keep, max);
    }
    this.reader.pos = end;
    return count;
  }

  /**
   * Skips one floating-point number of this size or a packed list of them, and returns their count.
   *
   * @param keep receives the first numbers up to `max`
   */
  fixed(bytes: 4 | 8, keep?: number[], max = 0): number {
    const single = this.wire === (bytes === 4 ? WIRE.FIXED32 : WIRE.FIXED64);
    if (single) this.skip(this.wire);
    const length = single ? bytes : this.length();
    if (length % bytes !== 0) throw new Malformed('a list of numbers has the wrong length');
    if (keep) {
      const { buffer, byteOffset } = this.bytes;
      const view = new DataView(buffer, byteOffset + this.reader.pos - length, length);
      for (let at = 0; at < length && keep.length < max; at += bytes)
        keep.push(bytes === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true));
    }
    return length / bytes;
  }

  /**
   * Protobuf skips a known field with an unexpected encoding. Reading it would let a crafted file look different to us than
   * to ONNX Runtime.
   */
  private expect(wire: number): void {
    if (this.wire !== wire) throw new Malformed('a field has the wrong encoding');
  }

  /** @param next reads one number, or returns false to leave the rest unread */
  private packed(next: () => unknown): void {
    this.expect(WIRE.BYTES);
    const end = this.endOfBytes();
    while (this.reader.pos < end) if (next() === false) return;
    if (this.reader.pos !== end) throw new Malformed('a list of numbers has the wrong length');
  }

  private varint(): number {
    return guarded(() => Number(this.reader.int64()));
  }

  private endOfBytes(): number {
    const length = guarded(() => this.reader.uint32());
    const end = this.reader.pos + length;
    if (end > this.reader.len) throw new UnexpectedEnd(`${end - this.reader.len} bytes are missing`);
    return end;
  }

  private fields(end: number, visit: (field: number, wire: number) => void): void {
    while (this.reader.pos < end) {
      const tag = guarded(() => this.reader.uint32());
      const start = this.reader.pos;
      this.wire = tag & 7;
      visit(tag >>> 3, this.wire);
      if (this.reader.pos === start) this.skip(tag & 7);
    }
    if (this.reader.pos !== end) throw new Malformed('a message has the wrong length');
  }

  private skip(wire: number): void {
    if (wire === WIRE.BYTES) this.reader.pos = this.endOfBytes();
    else if (wire === WIRE.VARINT || wire === WIRE.FIXED64 || wire === WIRE.FIXED32)
      guarded(() => this.reader.skipType(wire));
    else throw new Malformed(`wire type ${wire} does not occur in ONNX`);
  }
}

/** protobufjs throws RangeError at the end of the bytes and Error for invalid ones. */
function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new UnexpectedEnd(thrown.message);
    throw new Malformed(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/**
 * Rejects a field that is not a list but occurs twice in a message. Protobuf merges both, so ONNX Runtime would see neither.
 *
 * @returns a function that returns the name of a field, and throws ProbelogError MODEL_MALFORMED the second time
 */
export function rejectRepeats(reader: MessageReader): (field: string) => string {
  const seen = new Set<string>();
  return (field) => {
    if (seen.has(field)) throw reader.error('MODEL_MALFORMED', `${field} occurs more than once.`);
    seen.add(field);
    return field;
  };
}
