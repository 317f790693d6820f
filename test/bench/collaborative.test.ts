import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barsOf } from '../../bench/collaborative/bars.js';
import { lostBetween } from '../../bench/collaborative/lost-between.js';
import type { CurvePoint } from '../../bench/collaborative/measure-curve.js';
import { collaborativePage } from '../../bench/collaborative/page.js';
import { plotOf } from '../../bench/collaborative/plot.js';
import { emptyReport, type Report } from '../../bench/collaborative/report.js';
import { mergeReports, readReport, writeReport } from '../../bench/collaborative/report-file.js';
import { masked, SCHEMES } from '../../bench/collaborative/schemes.js';
import { smallestShares } from '../../bench/collaborative/smallest-share.js';
import { tinyPrior } from '../probing/support/tiny-prior.js';

const point = (scheme: string, share: number, top1: number, asked = 400): CurvePoint => ({
  row: 'logit-logit',
  probeSet: 'set',
  scheme,
  share,
  top1,
  top5: top1,
  ci95: [0, 100],
  asked,
  lost: { points: 90 - top1, standardError: 0.5 },
});

describe('the smallest share', () => {
  it('is the last before top-1 falls too far, whatever comes behind', () => {
    const curve = [
      point('full', 1, 90),
      point('adaptive', 0.1, 89),
      point('adaptive', 0.5, 89.5),
      point('adaptive', 0.2, 80),
      point('random', 0.5, 70),
    ];
    expect(smallestShares(curve, 2).map(({ scheme, share }) => [scheme, share])).toEqual([
      ['adaptive', 0.5],
      ['random', null],
    ]);
  });
});

describe('what is lost between two galleries', () => {
  it('is counted on the same queries, without those that have no answer', () => {
    const { points, standardError } = lostBetween([1, 1, 1, 4, null], [1, 2, 1, 1, null]);
    expect(points).toBe(0);
    expect(standardError).toBeCloseTo(35.36);
  });
});

it('draws those lines that the same queries have', () => {
  const svg = plotOf([point('full', 1, 90), point('adaptive', 0.1, 80), point('adaptive', 0.1, 50, 1_200)]);
  expect(svg).toContain('points="0.0,34.0 250.0,17.0"');
});

it('draws a line for each scheme in a panel for each row', () => {
  const svg = plotOf([point('full', 1, 90), point('adaptive', 0.1, 80)]);
  expect(svg).toContain('logit-logit, set');
  expect(svg).toContain('points="0.0,34.0 250.0,17.0"');
});

it.each(Object.entries(SCHEMES))('runs the given number of different probes by %s', (_, choose) => {
  const prior = tinyPrior(120);
  const data = Float32Array.from({ length: 360 }, (_, place) => Math.sin(place * place));
  const chosen = choose(prior, 100, prior.families[0].factor)({ rows: 3, columns: 120, data });
  expect(new Set(chosen).size).toBe(100);
  expect(chosen).toHaveLength(100);
});

it('leaves NaN where a probe was not run', () => {
  const { data } = masked({ rows: 1, columns: 3, data: Float32Array.of(1, 2, 3) }, Uint32Array.of(1));
  expect([...data]).toEqual([Number.NaN, 2, Number.NaN]);
});

describe('reports of runs at different times', () => {
  const scale = {
    probes: 4_000,
    logits: 100_000,
    models: 2_000,
    fitSeconds: 200,
    basisSeconds: 50,
    peakMiB: 1_234,
    completions: [
      {
        probes: 1_000,
        outputs: 50,
        share: 1 / 3,
        choosingSeconds: 0.2,
        startingSeconds: 0.3,
        completionSeconds: 0.1,
        peakMiB: null,
      },
    ],
  };
  const curve: Report = {
    ...emptyReport(),
    curve: [point('full', 1, 90), point('adaptive', 0.5, 80)],
    took: { 'curve of set': 9 },
  };
  const later: Report = { ...emptyReport(), scale, took: { scale: 5 } };

  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'probelog-report-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('become one, in which the later figure counts', () => {
    const again = { ...curve, curve: [point('adaptive', 0.5, 85), point('adaptive', 0.5, 86, 1_200)] };
    const merged = [curve, later, again].reduce(mergeReports);
    expect(merged.curve.map(({ scheme, top1 }) => [scheme, top1])).toEqual([
      ['full', 90],
      ['adaptive', 85],
      ['adaptive', 86],
    ]);
    expect(merged).toMatchObject({ scale, took: { 'curve of set': 9, scale: 5 } });
  });

  it('are the same after they were written, with the figures of scale on top and on the page', async () => {
    const path = join(folder, 'report.json');
    const merged = mergeReports(curve, later);
    writeReport(path, merged);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ fitSeconds: 200, peakMiB: 1_234 });
    expect(readReport(path)).toMatchObject(merged);
    const { markdown } = collaborativePage(readReport(path), 'plot.svg');
    expect(markdown).toContain('| learning from the gallery (a whole build) | 200 s | 1,234 MiB |');
    expect(markdown).toContain('Measured in curve of set 9 s, scale 5 s.');
  });

  it('are refused when they are something else', async () => {
    const path = join(folder, 'other.json');
    await writeFile(path, '{"curve":[]}');
    expect(() => readReport(path)).toThrow(/other\.json is not a report/);
  });
});

describe('bars', () => {
  it("are the product's losses at the shares that have a goal", () => {
    const losing = (share: number, points: number): CurvePoint => ({
      ...point('adaptive', share, 90),
      lost: { points, standardError: 1 },
    });
    const bars = barsOf([losing(0.33, 0.9), losing(0.2, 3.1), losing(0.5, 9), losing(0.1, Number.NaN)]);
    expect(bars).toEqual([
      { name: 'lost: logit-logit, set, share 0.33, 400 queries', value: 0.9, goal: 1, ok: true },
      { name: 'lost: logit-logit, set, share 0.2, 400 queries', value: 3.1, goal: 3, ok: false },
    ]);
    expect(barsOf([point('random', 0.33, 80)])).toEqual([]);
  });

  it('are what exemplars cost classes that they do not show', () => {
    const novel = { ...point('adaptive', 0.2, 87.5), row: 'novel-logit-logit' };
    expect(barsOf([novel])).toEqual([]);
    const name = 'novel against regression: novel-logit-logit, set, share 0.2, 400 queries';
    const bar = (top1: number) => barsOf([novel, point('regression only', 0.2, top1)]);
    expect(bar(88)).toEqual([{ name, value: 0.5, goal: 1, ok: true }]);
    expect(bar(89)).toEqual([{ name, value: 1.5, goal: 1, ok: false }]);
  });
});
