import { expect, it } from 'vitest';
import { parseListing } from '../../../src/ingest/sources/folder-listing.js';

const FOLDER = 'https://models.example.org/birds/v%201';

it.each([
  [
    'nginx',
    '<a href="../">../</a>\n<a href="model.onnx">model.onnx</a> 1\n<a href="my%20labels.txt">my labels.txt</a>',
  ],
  [
    'Apache',
    '<a href="?C=N;O=D">Name</a> <a href="/birds/">Parent</a><A HREF=\'model.onnx\'>m</A><a href=my%20labels.txt>m</a>',
  ],
  [
    'S3',
    '<Contents><Key>birds/v 1/model.onnx</Key></Contents><Contents><Key>birds/v 1/my labels.txt</Key></Contents>',
  ],
  ['absolute links', `<a href="${FOLDER}/model.onnx"></a><a href="/birds/v%201/my%20labels.txt#top"></a>`],
])('names the files in a list of %s', (_, text) => {
  expect(parseListing(text, FOLDER)).toEqual(['model.onnx', 'my labels.txt']);
});

it.each([
  [
    'other folders',
    '<a href="sub/labels.txt"></a><a href="../labels.txt"></a><a href="https://a.example/birds/v%201/labels.txt"></a>',
  ],
  ['broken links', '<a href="https://["></a><a href="%E0%A4%A"></a>'],
  ['no list', '{"error": "not found"}'],
])('names nothing for %s', (_, text) => {
  expect(parseListing(text, FOLDER)).toEqual([]);
});

it('reads the names of XML and HTML', () => {
  expect(parseListing('<Key>a &amp; &quot;b&quot;.txt</Key>', FOLDER)).toEqual(['a & "b".txt']);
});
