import { describe, expect, it } from 'vitest';
import { parseLabelMap } from '../../../src/ingest/sources/parse-label-map.js';
import { parseLabelTable, parseLabelText } from '../../../src/ingest/sources/parse-label-text.js';
import { readLabels } from '../../../src/ingest/sources/read-labels.js';

const ANIMALS = ['cat', 'dog', 'frog'];
const refused = expect.objectContaining({ code: 'INPUT_INVALID' });

describe('parseLabelText', () => {
  it('reads a label in each line', () => {
    expect(parseLabelText('cat\ndog\r\nguinea pig\n')).toEqual(['cat', 'dog', 'guinea pig']);
    expect(parseLabelText('7up\n1 cat, 2 dogs\n')).toEqual(['7up', '1 cat, 2 dogs']);
  });

  it('leaves out the numbers of the lines, from 0 or 1', () => {
    expect(parseLabelText('0 cat\n1 guinea pig\n2 frog\n')).toEqual(['cat', 'guinea pig', 'frog']);
    expect(parseLabelText('1: cat\n2: dog')).toEqual(['cat', 'dog']);
    expect(parseLabelText('1. cat\n2. dog')).toEqual(['cat', 'dog']);
    expect(parseLabelText('2 frog\n0 cat\n1 dog')).toEqual(['cat', 'dog', 'frog']);
    expect(parseLabelText('0 cat\n2 dog')).toEqual(['0 cat', '2 dog']);
  });

  it('reads the column of names in a table', () => {
    expect(parseLabelText('tag_id,name,category,count\n9,"cat, black",0,5\n7,dog,0,3\n')).toEqual([
      'cat, black',
      'dog',
    ]);
    expect(parseLabelText('id,name\n1,dog\n0,cat\n')).toEqual(['cat', 'dog']);
    expect(parseLabelText('id,name\n7,dog\n9,cat\n')).toEqual(['dog', 'cat']);
    expect(parseLabelText('index,label\n1,dog\n0,"the ""cat"""\n')).toEqual(['the "cat"', 'dog']);
  });

  it.each(['cat\n\ndog', 'name,count\ncat,1,2', 'x'.repeat(1_001)])('refuses %j', (text) => {
    expect(() => parseLabelText(text)).toThrow(refused);
  });
});

describe('parseLabelTable', () => {
  it.each([
    [
      'quoted cells with line breaks, as Windows writes them',
      'name,note\r\ncat,"a\r\nb"\r\n"dog","c, d"\r\nfrog,\r\n',
    ],
    ['semicolons', 'id;label\n1;dog\n0;cat\n2;frog'],
    ['tabs', 'class\tcount\ncat\t1\ndog\t2\nfrog\t3'],
    ['one column', 'label\ncat\ndog\nfrog\n'],
    ['one column without a heading', '"cat"\n"dog"\n"frog"\n'],
    ['numbers first, without a heading', '0,cat\n1,dog\n2,frog'],
    ['numbers last, from 1, without a heading', '"frog",3\n"cat",1\n"dog",2\n'],
  ])('reads %s', (_, text) => {
    expect(parseLabelTable(text)).toEqual(ANIMALS);
  });

  it('keeps commas of labels that are no table', () => {
    expect(parseLabelTable('tench, Tinca tinca\ngoldfish\n')).toEqual(['tench, Tinca tinca', 'goldfish']);
  });

  it('reads a large table of quotes in a moment', () => {
    const started = performance.now();
    for (const cell of ['"a,', '"""",', '"x"",', '"'])
      try {
        parseLabelTable(`${cell.repeat(200_000)}\n`);
      } catch (thrown) {
        expect(thrown).toEqual(refused);
      }
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('readLabels', () => {
  it.each([
    ['labels.json', '["cat", "dog", "frog"]'],
    ['labels.csv', '0,cat\n1,dog\n2,frog'],
    ['inference.yml', 'PostProcess:\n  Topk:\n    label_list: [cat, dog, frog]\n'],
    ['names', '{"0": "cat", "1": "dog", "2": "frog"}'],
    ['labels.txt', 'cat\ndog\nfrog'],
  ])('of %s', async (name, text) => {
    expect(await readLabels(name, text)).toEqual(ANIMALS);
  });

  it('that begin with a bracket need not be JSON', async () => {
    expect(await readLabels('labels.txt', '[PAD]\n[CLS]')).toEqual(['[PAD]', '[CLS]']);
  });

  it('of a broken file are an error of its form', async () => {
    await expect(readLabels('labels.json', '["cat",]')).rejects.toThrow(SyntaxError);
    await expect(readLabels('labels.yaml', 'names: [')).rejects.toThrow(/Flow sequence/);
  });

  it('of a hostile YAML file take no time', async () => {
    const started = performance.now();
    for (const text of ['['.repeat(500), '? '.repeat(500), 'a: 1\n'.repeat(300_000)])
      await expect(readLabels('labels.yaml', text)).rejects.toThrow(SyntaxError);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('parseLabelMap', () => {
  it('reads items in any order of their fields and numbers', () => {
    const text = 'item {\n  name: "n2" id: 2\n display_name: "dog"\n}\nitem: { id: 1, name: \'cat\' }';
    expect(parseLabelMap(text)).toEqual([{ field: null, labels: ['cat', 'dog'] }]);
    expect(parseLabelMap('node { name: "x" }')).toEqual([]);
  });

  it('reads a large file in a moment', () => {
    const started = performance.now();
    for (const part of [' ', 'item {', 'item { id:', "name: '", 'id: 1 '])
      parseLabelMap(`item${part.repeat(200_000)}`);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
