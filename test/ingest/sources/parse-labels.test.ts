import { describe, expect, it } from 'vitest';
import { parseLabels } from '../../../src/ingest/sources/parse-labels.js';

const ANIMALS = ['cat', 'dog', 'frog'];
const refused = expect.objectContaining({ code: 'INPUT_INVALID' });

describe('parseLabels', () => {
  it.each([
    ['a list', ANIMALS],
    ['id2label in any order', { id2label: { '1': 'dog', '2': 'frog', '0': 'cat' }, other: 1 }],
    ['id2label the wrong way round', { id2label: { frog: 2, cat: 0, dog: 1 } }],
    ['label2id', { label2id: { cat: 0, dog: 1, frog: 2 } }],
    ['label2id with numbers as text', { label2id: { cat: '0', dog: '1', frog: '2' } }],
    [
      'label_names of timm',
      { architecture: 'resnet18', label_names: ANIMALS, pretrained_cfg: { mean: [0] } },
    ],
    ['label_names in pretrained_cfg', { label_names: null, pretrained_cfg: { label_names: ANIMALS } }],
    ['an object by index', { '0': 'cat', '1': 'dog', '2': 'frog' }],
    ['ImageNet\u2019s synsets', { '0': ['n1', 'cat'], '1': ['n2', 'dog'], '2': ['n3', 'frog'] }],
    ['label_list of PaddleX', { PostProcess: { Topk: { topk: 5, label_list: ANIMALS } } }],
  ])('reads %s', (_, document) => {
    expect(parseLabels(document)).toEqual(ANIMALS);
  });

  it('reads numbers as text', () => {
    expect(parseLabels({ id2label: { '0': 0, '1': 1 } })).toEqual(['0', '1']);
    expect(parseLabels([7, 8])).toEqual(['7', '8']);
  });

  it('says which labels are there when some are not', () => {
    for (const document of [{ id2label: { '3': 'dog', '0': 'cat' } }, { label2id: { cat: 0, dog: 3 } }])
      expect(() => parseLabels(document)).toThrow(
        expect.objectContaining({
          partial: ['cat', '', '', 'dog'],
          message: expect.stringContaining('output 1'),
        }),
      );
  });

  it.each([
    [{ id2label: { '0': 'cat', '2': 'dog' } }],
    [{ label2id: { cat: 0, dog: 2 } }],
    [{ id2label: { '0': 'cat', '99999999999': 'dog' } }],
    [{ a: 'b' }],
    [{}],
    [[null]],
    ['cat'],
    [null],
  ])('refuses %j', (document) => {
    expect(() => parseLabels(document)).toThrow(refused);
  });
});
