import protobuf from 'protobufjs/minimal.js';

/** Messages in messages: graphs in attributes in nodes in graphs … deeper than this is an attack. */
const DEEPEST = 100;

/** The bytes end inside a field. */
export class EndsTooEarly extends Error {}

/** The bytes are no protobuf message of the kind that was expected. */
export class Malformed extends Error {}

/** Wire types of the protobuf encoding that ONNX uses. */
export const WIRE = { VARINT: 0, FIXED64: 1, BYTES: 2, FIXED32: 5 } as const;

/**
 * Walks a protobuf message field by field. Unlike a decoder generated from a schema it copies nothing (weights are
 * stepped over), tells an early end from nonsense, and bounds the nesting.
 */
export class MessageReader {
  private readonly reader: protobuf.Reader;
  private depth = 0;
  /** Of the field that is being visited. */
  private wire = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.reader = protobuf.Reader.create(bytes);
  }

  /** Calls `visit` for every field of the file's outermost message; what it does not read is stepped over. */
  outermost(visit: (field: number, wire: number) => void): void {
    this.fields(this.reader.len, visit);
  }

  /** Calls `visit` for every field of the message that starts here. */
  message(visit: (field: number) => void): void {
    this.expect(WIRE.BYTES);
    const end = this.endOfBytes();
    if (++this.depth > DEEPEST) throw new Malformed('messages are nested too deeply');
    this.fields(end, visit);
    this.depth--;
  }

  /** The text that starts here. */
  text(): string {
    this.expect(WIRE.BYTES);
    const end = this.endOfBytes();
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
  numbers(into: number[]): void {
    if (this.wire === WIRE.VARINT) {
      into.push(this.varint());
      return;
    }
    this.expect(WIRE.BYTES);
    const end = this.endOfBytes();
    while (this.reader.pos < end) into.push(this.varint());
    if (this.reader.pos !== end) throw new Malformed('a list of numbers has a wrong length');
  }

  /**
   * Protobuf steps over a known field in an unknown encoding. Reading on as if it were right would let a crafted file
   * look different to us than to ONNX Runtime.
   */
  private expect(wire: number): void {
    if (this.wire !== wire) throw new Malformed('a field has another encoding than ONNX gives it');
  }

  private varint(): number {
    return guarded(() => Number(this.reader.int64()));
  }

  private endOfBytes(): number {
    const length = guarded(() => this.reader.uint32());
    const end = this.reader.pos + length;
    if (end > this.reader.len) throw new EndsTooEarly(`${end - this.reader.len} bytes are missing`);
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
    if (thrown instanceof RangeError) throw new EndsTooEarly(thrown.message);
    throw new Malformed(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
