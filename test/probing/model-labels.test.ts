import { expect, it } from 'vitest';
import { metadataLabels } from '../../src/probing/worker/onnx/model-labels.js';

it.each<[string, string, string[] | null]>([
  ['a Python dict with both quotes', `{0: 'tench', 1: "jack-o'-lantern"}`, ['tench', "jack-o'-lantern"]],
  ['a Python dict out of order', `{1: 'b', 0: 'a'}`, ['a', 'b']],
  ['a Python list', `['a', 'b']`, ['a', 'b']],
  [
    'a Python tuple with escapes',
    String.raw`('a\'b', 'c\\d', 'é\u00e9', 'x\x41')`,
    ["a'b", String.raw`c\d`, 'éé', 'xA'],
  ],
  ['a JSON list', '["cat", "dog"]', ['cat', 'dog']],
  ['a JSON object', '{"0": "cat", "1": "dog"}', ['cat', 'dog']],
  ['label to index', '{"dog": 1, "cat": 0}', ['cat', 'dog']],
  ['numbers', '[0, 1]', ['0', '1']],
  ['lines', 'cat\ndog\n', ['cat', 'dog']],
  ['commas', 'cat, dog', ['cat', 'dog']],
  ['a gap', `{0: 'a', 2: 'c'}`, ['a', '', 'c']],
  ['objects', `[{'id': 1, 'name': 'dog'}, {'id': 0, 'name': 'cat'}]`, ['cat', 'dog']],
  ['a single word', 'imagenet', null],
  ['code', `__import__('os').system('x')`, null],
  ['an unfinished list', `['a', 'b'`, null],
  ['deep nesting', '['.repeat(50), null],
])('labels in metadata: %s', (_, text, wanted) => {
  expect(metadataLabels(new Map([['names', text]]))[0]?.labels ?? null).toEqual(wanted);
});
