import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpyHeader, random } from '../../src/domain/index.js';
import { readUpload } from '../../src/ingest/uploads/read-upload.js';
import type { UploadForm } from '../../src/ingest/uploads/upload-form.js';
import { npyFile, type Rows, safetensorsFile, transposed, withHeader } from './support/array-files.js';

/** C = 2 outputs of P = 3 probes, in numbers that float16 and bfloat16 hold. */
const ROWS: Rows = [
  [1, -2, 0.5],
  [4, 8, -16],
];
const PROBES = 3;
const MAX_OUTPUTS = 4;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function read(bytes: Uint8Array, form: UploadForm = {}, probes = PROBES) {
  const path = join(folder, String(files++));
  await writeFile(path, bytes);
  const { observed, probes: ran } = await readUpload(path, probes, form, MAX_OUTPUTS);
  const rows = Array.from({ length: observed.rows }, (_, row) => [
    ...observed.data.subarray(row * observed.columns, (row + 1) * observed.columns),
  ]);
  return { rows, ran: [...ran] };
}

describe('a .npy file', () => {
  const dtypes = ['<f2', '>f2', '<f4', '>f4', '<f8', '>f8'];
  const forms = dtypes.flatMap((dtype) =>
    [false, true].flatMap((fortranOrder) =>
      ([1, 2, 3] as const).map((version) => ({ dtype, fortranOrder, version })),
    ),
  );

  it.each(forms)(
    'of $dtype, Fortran order $fortranOrder, version $version, either way round',
    async (form) => {
      expect((await read(npyFile(ROWS, form))).rows).toEqual(ROWS);
      expect((await read(npyFile(transposed(ROWS), form))).rows).toEqual(ROWS);
    },
  );

  it('is read in blocks', async () => {
    const rows = [0, 1, 2].map((c) => Array.from({ length: 1_000_000 }, (_, p) => c * 7 + (p % 1000)));
    const { rows: found } = await read(npyFile(transposed(rows), { dtype: '>f8' }), {}, 1_000_000);
    expect(found.every((row, c) => row.every((value, p) => value === c * 7 + (p % 1000)))).toBe(true);
  });
});

describe('a .safetensors file', () => {
  it.each(['F16', 'BF16', 'F32', 'F64'])('of %s', async (dtype) => {
    expect((await read(safetensorsFile({ anything: ROWS }, dtype))).rows).toEqual(ROWS);
    expect((await read(safetensorsFile({ anything: transposed(ROWS) }, dtype))).rows).toEqual(ROWS);
  });

  it('of several tensors is read by name', async () => {
    expect((await read(safetensorsFile({ other: [[1]], responses: ROWS, more: [[2]] }))).rows).toEqual(ROWS);
  });
});

describe('the layout', () => {
  const square: Rows = [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ];

  it('is required when there are as many outputs as probes', async () => {
    await expect(read(npyFile(square))).rejects.toMatchObject({ code: 'RESPONSES_LAYOUT_AMBIGUOUS' });
    expect((await read(npyFile(square), { layout: 'outputs-first' })).rows).toEqual(square);
    expect((await read(npyFile(square), { layout: 'probes-first' })).rows).toEqual(transposed(square));
  });

  it('is checked when it is given', async () => {
    await expect(read(npyFile(ROWS), { layout: 'probes-first' })).rejects.toMatchObject({
      code: 'RESPONSES_SHAPE_MISMATCH',
      message: 'The array has the shape [2, 3]; it must be [3, outputs], with at least 1 output.',
    });
  });

  it('has two dimensions, one of which counts the probes', async () => {
    await expect(read(npyFile(ROWS), {}, 5)).rejects.toMatchObject({
      code: 'RESPONSES_SHAPE_MISMATCH',
      message: expect.stringContaining('[outputs, 5] or [5, outputs]'),
      details: { shape: [2, 3], probes: 5 },
    });
    const flat = encodeNpyHeader({ dtype: '<f4', fortranOrder: false, shape: [3] });
    await expect(read(Buffer.concat([flat, Buffer.alloc(12)]))).rejects.toMatchObject({
      code: 'RESPONSES_SHAPE_MISMATCH',
    });
  });
});

it('more outputs than allowed are refused, either way round', async () => {
  const rows = Array.from({ length: MAX_OUTPUTS + 1 }, () => ROWS[0]);
  for (const given of [rows, transposed(rows)])
    await expect(read(npyFile(given))).rejects.toMatchObject({
      code: 'MODEL_TOO_MANY_OUTPUTS',
      details: { outputs: MAX_OUTPUTS + 1, most: MAX_OUTPUTS },
    });
  expect((await read(npyFile(rows.slice(1)))).rows).toHaveLength(MAX_OUTPUTS);
});

describe('probes that were not run', () => {
  const none = Number.NaN;

  it('are those whose responses are NaN for every output', async () => {
    const { rows, ran } = await read(
      npyFile([
        [1, none, 3],
        [4, none, none],
      ]),
    );
    expect(ran).toEqual([0, 2]);
    expect(rows).toEqual([
      [1, 3],
      [4, none],
    ]);
  });

  it('must leave at least 2 % of the probes', async () => {
    const hardly = [Array.from({ length: 200 }, (_, probe) => (probe < 3 ? probe : none))];
    await expect(read(npyFile(hardly), {}, 200)).rejects.toMatchObject({
      code: 'RESPONSES_INVALID',
      details: { probes: 3, least: 4 },
    });
  });
});

describe('values outside the range of their kind', () => {
  it.each([
    ['probabilities', 1.5, /Output 1 has 1.5 for probe 2; a probability/],
    ['probabilities', -0.25, /Output 1 has -0.25 for probe 2/],
    ['log_probabilities', 0.5, /Output 1 has 0.5 for probe 2; the logarithm/],
  ] as const)('of %s: %d', async (kind, value, message) => {
    const low = kind === 'probabilities' ? 0.5 : -1;
    const rows = [
      [low, low, low],
      [low, low, value],
    ];
    await expect(read(npyFile(rows), { kind })).rejects.toMatchObject({
      code: 'RESPONSES_INVALID',
      message: expect.stringMatching(message),
    });
  });
});

describe('a file that cannot be read', () => {
  const plain = npyFile(ROWS);
  const offsets = (begin: number, end: number, shape = [2, 3]) =>
    withHeader(
      JSON.stringify({ responses: { dtype: 'F32', shape, data_offsets: [begin, end] } }),
      Buffer.alloc(24),
    );

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('one, two, three\n4, 5, 6\n')],
    ['a zip archive, as numpy.savez makes', Buffer.from('PK\x03\x04 and more of it')],
    ['a cut-off .npy', plain.subarray(0, plain.length - 1)],
    ['a .npy with too many bytes', Buffer.concat([plain, Buffer.alloc(4)])],
    ['a .npy with half a header', plain.subarray(0, 40)],
    ['a .npy with hardly a beginning', plain.subarray(0, 8)],
    ['a .npy of an unknown version', Buffer.from(plain).fill(9, 6, 7)],
    [
      'integers',
      Buffer.concat([
        encodeNpyHeader({ dtype: '<i4', fortranOrder: false, shape: [2, 3] }),
        plain.subarray(-24),
      ]),
    ],
    [
      'pickled objects',
      Buffer.concat([encodeNpyHeader({ dtype: '|O', fortranOrder: false, shape: [2, 3] }), Buffer.alloc(24)]),
    ],
    [
      'a shape that claims more than memory',
      Buffer.concat([
        encodeNpyHeader({ dtype: '<f4', fortranOrder: false, shape: [3, 2 ** 40] }),
        Buffer.alloc(24),
      ]),
    ],
    ['a .safetensors with an endless header', withHeader(' '.repeat(2 ** 20 + 1), Buffer.alloc(1))],
    ['a .safetensors whose header is no JSON', withHeader('{"responses": ', Buffer.alloc(24))],
    [
      'a .safetensors of integers',
      withHeader('{"r":{"dtype":"I32","shape":[2,3],"data_offsets":[0,24]}}', Buffer.alloc(24)),
    ],
    ['a tensor that ends behind the file', offsets(8, 32)],
    ['a tensor that begins before itself', offsets(24, 0)],
    ['a tensor that is smaller than its shape', offsets(0, 20)],
    ['a tensor with a negative dimension', offsets(0, 24, [-2, -3])],
    ['several tensors without the name', safetensorsFile({ a: ROWS, b: ROWS })],
    [
      'the name of something that every object has',
      withHeader('{"a":{"dtype":"toString","shape":[],"data_offsets":[0,0]}}', Buffer.alloc(1)),
    ],
  ])('%s', async (_, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'RESPONSES_FORMAT_INVALID' });
  });

  it.each([
    ['a .npy', npyHeader(`${'x'.repeat(60_000)}\n`)],
    [
      'a .npy of a type',
      npyHeader(`{'descr': '${'x'.repeat(60_000)}', 'fortran_order': False, 'shape': (2,)}\n`),
    ],
    [
      'a .npy of a shape',
      npyHeader(`{'descr': '<f4', 'fortran_order': False, 'shape': (${'9, '.repeat(9_000)})}\n`),
    ],
    ['a .safetensors', withHeader(JSON.stringify({ ['x'.repeat(60_000)]: 1 }), Buffer.alloc(1))],
  ])('the error does not repeat the header of %s', async (_, bytes) => {
    const { code, message } = await read(bytes).catch((thrown) => thrown);
    expect(code).toBe('RESPONSES_FORMAT_INVALID');
    expect(message.length).toBeLessThan(1_000);
  });

  function npyHeader(text: string): Uint8Array {
    const bytes = Buffer.alloc(10 + text.length);
    bytes.write('\x93NUMPY\x01\x00', 'latin1');
    bytes.writeUInt16LE(text.length, 8);
    bytes.write(text, 10, 'latin1');
    return bytes;
  }
});

describe('a damaged file', () => {
  const whole = [
    npyFile(ROWS),
    npyFile(ROWS, { version: 3, dtype: '>f8' }),
    safetensorsFile({ responses: ROWS }),
  ];

  it('is either read or refused', async () => {
    const next = random(7);
    const ends = new Set<string>();
    for (let round = 0; round < 600; round++) {
      const bytes = Buffer.from(whole[round % whole.length]);
      for (let hit = 0; hit < 3; hit++) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
      const cut = bytes.subarray(0, next() < 0.2 ? Math.floor(next() * bytes.length) : bytes.length);
      ends.add(
        await read(cut).then(
          () => 'read',
          (thrown) => thrown.code ?? String(thrown),
        ),
      );
    }
    expect([...ends].filter((end) => end !== 'read' && !/^RESPONSES_[A-Z_]+$/.test(end))).toEqual([]);
  });
});
