import { describe, expect, it } from 'vitest';
import { complete, labelLists } from '../../src/lib/parse-labels.js';

const ANIMALS = ['cat', 'dog', 'frog'];
const refused = expect.objectContaining({ code: 'INPUT_INVALID' });
const labelsOf = (document: unknown) => labelLists(document)[0]?.labels ?? null;

describe('labelLists', () => {
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
    [
      'a list of synsets',
      [
        ['n1', 'cat'],
        ['n2', 'dog'],
        ['n3', 'frog'],
      ],
    ],
    [
      'pairs of number and label',
      [
        [2, 'frog'],
        [0, 'cat'],
        [1, 'dog'],
      ],
    ],
    ['label_list of PaddleX', { PostProcess: { Topk: { topk: 5, label_list: ANIMALS } } }],
    ['objects with names', [{ name: 'cat' }, { name: 'dog' }, { name: 'frog' }]],
    [
      'objects with ids in any order',
      [
        { id: 1, name: 'dog' },
        { id: 2, name: 'frog' },
        { id: 0, name: 'cat' },
      ],
    ],
    [
      'objects with indexes',
      [
        { index: 2, label: 'frog' },
        { index: 0, label: 'cat' },
        { index: 1, label: 'dog' },
      ],
    ],
    [
      'objects with ids of a larger collection',
      [
        { id: 7, name: 'cat' },
        { id: 3, name: 'dog' },
        { id: 90, name: 'frog' },
      ],
    ],
    [
      'COCO\u2019s categories, numbered from 1',
      {
        categories: [
          { id: 1, name: 'cat', supercategory: 'animal' },
          { id: 2, name: 'dog' },
          { id: 3, name: 'frog' },
        ],
      },
    ],
    ['an object of objects', { '0': { name: 'cat' }, '1': { name: 'dog' }, '2': { label: 'frog' } }],
    ['numbers in objects', { cat: { id: 0 }, dog: { id: 1 }, frog: { id: 2 } }],
    ['class_to_idx', { class_to_idx: { dog: 1, cat: 0, frog: 2 } }],
    ['classes of Lobe', { classes: { Label: ANIMALS }, inputs: {} }],
  ])('reads %s', (_, document) => {
    expect(labelsOf(document)).toEqual(ANIMALS);
  });

  it('reads numbers as text', () => {
    expect(labelsOf({ id2label: { '0': 0, '1': 1 } })).toEqual(['0', '1']);
    expect(labelsOf([7, 8])).toEqual(['7', '8']);
  });

  it('leaves the labels empty that are not there', () => {
    for (const document of [
      { id2label: { '3': 'dog', '0': 'cat' } },
      { label2id: { cat: 0, dog: 3 } },
      [
        { index: 3, name: 'dog' },
        { index: 0, name: 'cat' },
      ],
    ])
      expect(labelsOf(document)).toEqual(['cat', '', '', 'dog']);
  });

  it('reads every list of a document', () => {
    expect(labelLists({ label2id: { dog: 0 }, id2label: { '0': 'cat' } })).toEqual([
      { field: 'id2label', labels: ['cat'] },
      { field: 'label2id', labels: ['dog'] },
    ]);
  });

  it.each([
    [{ id2label: { '0': 'cat', '99999999999': 'dog' } }],
    [{ label2id: { cat: 0, dog: 0 } }],
    [{ a: 'b' }],
    [{ width: 3, batch: 1 }],
    [{ classes: 3 }],
    [{}],
    [[]],
    [[null]],
    [[{ id: 0 }]],
    ['cat'],
    [null],
  ])('finds none in %j', (document) => {
    expect(labelsOf(document)).toBeNull();
  });
});

describe('complete', () => {
  it('refuses a gap, and says where it is', () => {
    expect(() => complete(['cat', '', 'dog'])).toThrow(refused);
    expect(() => complete(['cat', '', 'dog'])).toThrow('There are 2 labels but none for output 1');
  });
});
