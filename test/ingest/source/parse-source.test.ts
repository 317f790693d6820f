import { describe, expect, it } from 'vitest';
import { parseSource } from '../../../src/ingest/source/parse-source.js';

describe('parseSource', () => {
  it('tells paths from URLs', () => {
    expect(parseSource('/models/a.onnx')).toEqual({ kind: 'FILE', path: '/models/a.onnx' });
    expect(parseSource('https://example.org/a.onnx')).toEqual({
      kind: 'URL',
      url: 'https://example.org/a.onnx',
    });
  });

  it.each(['file:///etc/passwd', 'ftp://example.org/a', 'data:,x', 'gopher://x'])('refuses %s', (source) => {
    expect(() => parseSource(source)).toThrow(expect.objectContaining({ code: 'SOURCE_FORBIDDEN' }));
  });

  it.each(['', '  ', '/a\0b', 'http://'])('refuses %j', (source) => {
    expect(() => parseSource(source)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});
