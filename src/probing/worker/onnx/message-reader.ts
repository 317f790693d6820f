import protobuf from 'protobufjs/minimal.js';
import { type ErrorCode, ProbelogError } from '../../../errors/index.js';
import { type Counted, MODEL_LIMITS } from './limits.js';

/** Messages in messages: graphs in attributes in nodes in graphs … deeper than this is an attack. */
const MAX_DEPTH = 100;
/** A varint of 64 bits. */
const MAX_VARINT_BYTES = 10;

/** The bytes end inside a field. */
export class UnexpectedEnd extends Error {}

/** The bytes are no protobuf message of the kind that was expected. */
export class Malformed extends Error {}

/** Wire types of the protobuf encoding that ONNX uses. */
export const WIRE = { VARINT: 0, FIXED64: 1, BYTES: 2, FIXED32: 5 } as const;

/**
 * Walks a protobuf message field by field. Unlike a decoder generated from a schema it copies nothing (weights are
 * stepped over), tells an early end from nonsense, bounds nesting and counts, and knows where it is.
 *
 * Threat model: the file is made by somebody who knows this code and ONNX Runtime's. What is read here must be what
 * ONNX Runtime's parser reads, or be refused.
 */
export class MessageReader {
  private readonly reader: protobuf.Reader;
  private readonly path: string[] = [];
  private readonly counts = new Map<Counted, number>();
  /** Of the field that is being visited. */
  private wire = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.reader = protobuf.Reader.create(bytes);
  }

  /** Calls `visit` for every field of the file's outermost message; what it does not read is stepped over. */
  outermost(visit: (field: number, wire: number) => void): void {
    this.fields(this.reader.len, visit);
  }

  /**
   * Calls `visit` for every field of the message that starts here.
   *
   * @param at what the message is, for telling where something was found; such as `node[3]`
   * @param whole called behind the last field, still inside the message
   */
  message(at: string, visit: (field: number) => void, whole?: () => void): void {
    this.expect(WIRE.BYTES);
    const end = this.endOfBytes();
    if (this.path.push(at) > MAX_DEPTH) throw new Malformed('messages are nested too deeply');
    this.fields(end, visit);
    whole?.();
    this.path.pop();
  }

  /** Says more exactly which message this is, now that it is known. */
  rename(at: string): void {
    this.path[this.path.length - 1] = at;
  }

  /** Where the reader is, such as `graph.node[3].attribute[value].t`; '' in the outermost message. */
  where(): string {
    return this.path.join('.');
  }

  /** An error about the message that is being read. */
  error(code: ErrorCode, what: string, details: Record<string, unknown> = {}): ProbelogError {
    const where = this.where() || 'model';
    return new ProbelogError(code, `${where}: ${what}`, { where, ...details });
  }

  /** @throws ProbelogError MODEL_MALFORMED when there are more of these than any classifier has */
  count(what: Counted, more = 1): void {
    const counted = (this.counts.get(what) ?? 0) + more;
    this.counts.set(what, counted);
    const limit = MODEL_LIMITS[what];
    if (counted > limit)
      throw this.error('MODEL_MALFORMED', `there are more than ${limit} ${what} in the model.`, { limit });
  }

  /** The name that starts here. */
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

  /** The number that starts here. */
  number(): number {
    this.expect(WIRE.VARINT);
    return this.varint();
  }

  /** Appends the one number, or the packed list of numbers, that starts here. */
  numbers(into: number[], max: number): void {
    if (this.wire === WIRE.VARINT) into.push(this.varint());
    else this.packed(() => into.length <= max && into.push(this.varint()));
    if (into.length > max)
      throw this.error('MODEL_MALFORMED', `there are more than ${max} dimensions.`, { limit: max });
  }

  /** Steps over bytes, and tells how many they are. */
  length(): number {
    this.expect(WIRE.BYTES);
    const end = this.endOfBytes();
    const length = end - this.reader.pos;
    this.reader.pos = end;
    return length;
  }

  /** Steps over one number, or a packed list of numbers, and tells how many they are. */
  varints(): number {
    if (this.wire === WIRE.VARINT) {
      this.skip(this.wire);
      return 1;
    }
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
    if (width > 0) throw new Malformed('a list of numbers has a wrong length');
    this.reader.pos = end;
    return count;
  }

  /** Steps over one number of so many bytes, or a packed list of them, and tells how many they are. */
  fixed(bytes: 4 | 8): number {
    if (this.wire === (bytes === 4 ? WIRE.FIXED32 : WIRE.FIXED64)) {
      this.skip(this.wire);
      return 1;
    }
    const length = this.length();
    if (length % bytes !== 0) throw new Malformed('a list of numbers has a wrong length');
    return length / bytes;
  }

  /**
   * Protobuf steps over a known field in an unknown encoding. Reading on as if it were right would let a crafted file
   * look different to us than to ONNX Runtime.
   */
  private expect(wire: number): void {
    if (this.wire !== wire) throw new Malformed('a field has another encoding than ONNX gives it');
  }

  /** @param next reads one number, or returns false to leave the rest unread */
  private packed(next: () => unknown): void {
    this.expect(WIRE.BYTES);
    const end = this.endOfBytes();
    while (this.reader.pos < end) if (next() === false) return;
    if (this.reader.pos !== end) throw new Malformed('a list of numbers has a wrong length');
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
    if (this.reader.pos !== end) throw new Malformed('a message has a wrong length');
  }

  private skip(wire: number): void {
    if (wire === WIRE.BYTES) this.reader.pos = this.endOfBytes();
    else if (wire === WIRE.VARINT || wire === WIRE.FIXED64 || wire === WIRE.FIXED32)
      guarded(() => this.reader.skipType(wire));
    else throw new Malformed(`wire type ${wire} does not occur in ONNX`);
  }
}

/** protobufjs throws RangeError at the end of the bytes and Error for nonsense. */
function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new UnexpectedEnd(thrown.message);
    throw new Malformed(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

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
