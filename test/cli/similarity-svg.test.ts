import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { divergingColor } from '../../src/cli/output/diverging-color.js';
import type { SimilarityFigure } from '../../src/cli/output/similarity-layout.js';
import { similaritySvg, xmlText } from '../../src/cli/output/similarity-svg.js';

const side = (title: string, count: number) => ({
  title,
  labels: Array.from({ length: count }, (_, index) => `${title} ${index}`),
});
const figure = (rows: number, columns: number, rest: Partial<SimilarityFigure> = {}): SimilarityFigure => ({
  rows: side('first', rows),
  columns: side('second', columns),
  values: Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => ((row * 7 + column * 3) % 21) / 10 - 1),
  ),
  caption: 'over 12 probes of mine',
  ...rest,
});
const count = (text: string, part: RegExp) => [...text.matchAll(part)].length;
/** Fails on what is not well-formed XML. */
const drawn = (svg: string) =>
  sharp(Buffer.from(svg), { unlimited: true }).png().toBuffer({ resolveWithObject: true });

describe('similaritySvg', () => {
  it('is a picture with a name, a description, titles, labels, cells and a scale', async () => {
    const svg = similaritySvg(figure(3, 5));
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]* role="img" aria-labelledby="similarity-title similarity-desc"/,
    );
    expect(svg).toMatch(/<title id="similarity-title">.*first.*second.*<\/title>/);
    expect(svg).toMatch(
      /<desc id="similarity-desc">A heat map with 3 rows.*over 12 probes of mine.*highest is 1\.00/,
    );
    for (const label of ['first', 'first 0', 'first 2', 'second', 'second 4', 'cosine similarity'])
      expect(svg).toContain(`>${label}</text>`);
    expect(count(svg, /<rect [^>]*><title>/g)).toBe(15);
    expect(svg).toContain(`fill="${divergingColor(-1)}"><title>first 0 × second 0: −1.00</title>`);
    expect(svg).not.toContain('no descriptor');
    const { info } = await drawn(svg);
    expect(svg).toContain(`width="${info.width}" height="${info.height}"`);
  });

  it('needs nothing from outside and runs nothing', () => {
    const svg = similaritySvg(figure(2, 2));
    expect(svg.match(/(https?:|href|<script|<style|<image|\son\w+=)/g)).toEqual(['http:']);
  });

  it('writes names of any kind as text', async () => {
    const hostile = '</text><script>alert("1")</script> & \'x\' \u0000\u000b\ud800 ]]>';
    const svg = similaritySvg(
      figure(1, 1, {
        rows: { title: hostile, labels: [hostile] },
        columns: { title: hostile, labels: ['狗 🐶'] },
        caption: hostile,
      }),
    );
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;/text&gt;&lt;script&gt;');
    expect(svg).toContain('狗 🐶');
    await drawn(svg);
  });

  it('marks what has no value, and says so', async () => {
    const svg = similaritySvg(
      figure(2, 2, {
        values: [
          [0.5, null],
          [-0.5, null],
        ],
      }),
    );
    expect(count(svg, /fill="url\(#similarity-none\)"><title>/g)).toBe(2);
    expect(svg).toContain('>no descriptor</text>');
    expect(svg).toContain('2 cells are empty');
    await drawn(svg);
    const nothing = similaritySvg(figure(1, 1, { values: [[null]] }));
    expect(nothing).not.toContain('highest');
    await drawn(nothing);
  });

  it('keeps large matrices small: lesser cells, no values and tooltips', async () => {
    const svg = similaritySvg(figure(200, 200));
    expect(count(svg, /<rect [^>]*width="8" height="8"/g)).toBe(40_000);
    expect(count(svg, /<title>/g)).toBe(0);
    expect(svg.length).toBeLessThan(3e6);
    const { info } = await drawn(svg);
    expect(Math.max(info.width, info.height)).toBeLessThan(2_500);
  });

  it('cuts long labels and titles, which the tooltips have in full', () => {
    const long = 'very '.repeat(60).trim();
    const rows = { title: long, labels: [long] };
    const svg = similaritySvg(figure(1, 1, { rows }));
    expect(svg).toMatch(/>very very [^<]{1,30}…<\/text>/);
    expect(svg).toContain(`<title>${long} × second 0`);
    expect(Number(/width="(\d+)"/.exec(svg)?.[1])).toBeLessThan(1_000);
  });
});

describe('divergingColor', () => {
  it.each([
    [-1, '#2166ac'],
    [0, '#f7f7f7'],
    [1, '#b2182b'],
    [-7, '#2166ac'],
    [1.0000001, '#b2182b'],
    [0.25, '#f6cebd'],
  ])('of %d is %s', (value, color) => {
    expect(divergingColor(value)).toBe(color);
  });
});

it('xmlText leaves other text as it is', () => {
  expect(xmlText('Größe 5 – 狗\n🐶')).toBe('Größe 5 – 狗\n🐶');
});
