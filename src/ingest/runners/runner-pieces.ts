import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolderDurably, writeFileAtomically } from '../../lib/atomic-file.js';
import type { DoneProbes } from '../../probing/index.js';
import {
  encodeHeader,
  encodeRows,
  HEADER_BYTES,
  readHeader,
  readRows,
  rowBytes,
} from '../pipeline/spool-format.js';
import { workPath } from '../pipeline/work-folder.js';

/** Probes per piece: few enough that little is lost with a runner, enough that requests do not count. */
const PIECE_PROBES = 64;
const LIST = 'pieces.json';

const pieceList = z.object({
  /** Positions of the probes of each piece. */
  pieces: z.array(z.array(z.int().min(0))),
  /** Whether no piece follows. */
  complete: z.boolean(),
});

/** Some probes that a runner runs at once, and whose responses it uploads together. */
export interface RunnerPiece {
  number: number;
  /** Positions in the probe set. */
  probes: readonly number[];
  received: boolean;
}

/**
 * The probes of an ingest that a runner works on, and the responses so far, on disk: a list of pieces, and a file per piece in
 * the format of the spool.
 *
 * The folder has the hash of everything that the responses depend on in its name. So the responses of different flavors,
 * releases of a runner, revisions or probe sets never stand in one matrix. A late upload of a runner that lost its claim can at
 * most replace responses by the same ones.
 */
export class RunnerPieces {
  private constructor(
    private readonly folder: string,
    private list: z.infer<typeof pieceList>,
  ) {}

  /**
   * Opens the pieces of an earlier claim, or begins.
   *
   * @param folder of the ingest
   * @param identity everything that the responses depend on, JSON-serializable
   * @param begin the first probes, and whether no others follow
   */
  static async open(
    folder: string,
    identity: object,
    begin: () => Promise<{ probes: Iterable<number>; complete: boolean }>,
  ): Promise<RunnerPieces> {
    const path = workPath(folder, identity, '.pieces');
    await makeFolderDurably(path);
    const list = await readList(path);
    if (list !== null) return new RunnerPieces(path, list);
    const pieces = new RunnerPieces(path, { pieces: [], complete: false });
    const { probes, complete } = await begin();
    await pieces.extend(probes, complete);
    return pieces;
  }

  /** Whether no further pieces follow those that are known. */
  get complete(): boolean {
    return this.list.complete;
  }

  /** Number of probes in all pieces. */
  get total(): number {
    return this.list.pieces.reduce((sum, { length }) => sum + length, 0);
  }

  async all(): Promise<RunnerPiece[]> {
    const names = new Set(await readdir(this.folder));
    return this.list.pieces.map((probes, number) => ({
      number,
      probes,
      received: names.has(fileOf(number)),
    }));
  }

  /** The probes of a piece; null when there is none with this number. */
  probesOf(number: number): readonly number[] | null {
    return this.list.pieces[number] ?? null;
  }

  /** Appends pieces of these probes, unless the list has been extended since it was read: a repeated request changes nothing. */
  async extend(probes: Iterable<number>, complete: boolean): Promise<void> {
    const present = await readList(this.folder);
    if (present !== null && present.pieces.length !== this.list.pieces.length) {
      this.list = present;
      return;
    }
    const added = [...probes];
    const pieces = [...this.list.pieces];
    for (let first = 0; first < added.length; first += PIECE_PROBES)
      pieces.push(added.slice(first, first + PIECE_PROBES));
    this.list = { pieces, complete };
    await writeFileAtomically(join(this.folder, LIST), JSON.stringify(this.list));
  }

  /** Stores the responses of a piece, or replaces them. @param rows C numbers per probe, in the piece's order, encoded */
  async store(number: number, outputs: number, rows: AsyncIterable<Uint8Array>): Promise<void> {
    await writeFileAtomically(join(this.folder, fileOf(number)), withHeader(outputs, rows));
  }

  /** C of the pieces so far; null before the first one. @param except a piece that is about to be replaced */
  async outputs(except?: number): Promise<number | null> {
    for (const { number, received } of await this.all())
      if (received && number !== except) return (await this.stored(number)).outputs;
    return null;
  }

  /**
   * Removes the files of pieces that do not fit the first one, so that they are run again: two uploads at once can both be taken
   * for the first.
   */
  async dropUnfit(): Promise<void> {
    const outputs = await this.outputs();
    for (const { number, received, probes } of await this.all()) {
      if (!received) continue;
      const stored = await this.stored(number);
      if (
        stored.outputs !== outputs ||
        outputs === null ||
        stored.bytes !== HEADER_BYTES + probes.length * rowBytes(outputs)
      )
        await rm(join(this.folder, fileOf(number)), { force: true });
    }
  }

  private async stored(number: number): Promise<{ outputs: number | null; bytes: number }> {
    const file = await open(join(this.folder, fileOf(number)));
    try {
      return { outputs: await readHeader(file), bytes: (await file.stat()).size };
    } finally {
      await file.close();
    }
  }

  /** All responses so far, in order of the pieces; null when there are none. */
  async done(): Promise<DoneProbes | null> {
    const outputs = await this.outputs();
    if (outputs === null) return null;
    const received = (await this.all()).filter((piece) => piece.received);
    const probes = Uint32Array.from(received.flatMap((piece) => piece.probes));
    const responses = new Float32Array(probes.length * outputs);
    let row = 0;
    for (const { number } of received) {
      for await (const block of this.rowsOf(number, outputs)) {
        responses.set(block.responses, row * outputs);
        row += block.probes.length;
      }
    }
    return { probes, responses };
  }

  /** Writes all pieces to one spool. @param path replaced */
  async joinTo(path: string): Promise<void> {
    const outputs = (await this.outputs()) ?? 0;
    const { list } = this;
    const rowsOf = (number: number) => this.rowsOf(number, outputs);
    async function* contents() {
      yield encodeHeader(outputs);
      for (const number of list.pieces.keys())
        for await (const block of rowsOf(number)) yield encodeRows(block);
    }
    await writeFileAtomically(path, contents());
  }

  private async *rowsOf(number: number, outputs: number): AsyncGenerator<DoneProbes> {
    const file = await open(join(this.folder, fileOf(number)));
    try {
      yield* readRows(file, outputs);
    } finally {
      await file.close();
    }
  }
}

/** Null before the first claim. @throws any other error: a list that cannot be read must not be taken for none */
async function readList(folder: string): Promise<z.infer<typeof pieceList> | null> {
  const text = await readFile(join(folder, LIST), 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return null;
    throw thrown;
  });
  return text === null ? null : pieceList.parse(JSON.parse(text));
}

function fileOf(number: number): string {
  return `${number}.responses`;
}

async function* withHeader(outputs: number, rows: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield encodeHeader(outputs);
  yield* rows;
}
