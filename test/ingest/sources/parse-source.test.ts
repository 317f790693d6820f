import { describe, expect, it } from 'vitest';
import { parseSource } from '../../../src/ingest/sources/parse-source.js';

describe('parseSource', () => {
  it('tells paths from URLs', () => {
    expect(parseSource('/models/a.onnx')).toEqual({ kind: 'FILE', path: '/models/a.onnx' });
    expect(parseSource('https://example.org/a.onnx')).toEqual({
      kind: 'URL',
      file: { url: 'https://example.org/a.onnx' },
    });
  });

  it('knows the URIs of versions in registries', () => {
    expect(parseSource('hf://org/name@main')).toEqual({
      kind: 'REGISTRY',
      registry: 'the Hugging Face Hub',
      scheme: 'hf',
      uri: 'hf://org/name@main',
    });
    expect(parseSource('mlflow:/name/1').kind).toBe('REGISTRY');
    for (const scheme of ['constructor', 'valueOf', 'models', 'wandb']) {
      expect(() => parseSource(`${scheme}:/x`)).toThrow();
    }
  });

  it.each(['file:///etc/passwd', 'ftp://example.org/a', 'data:,x', 'gopher://x'])('refuses %s', (source) => {
    expect(() => parseSource(source)).toThrow(expect.objectContaining({ code: 'SOURCE_FORBIDDEN' }));
  });

  it.each(['', '  ', '/a\0b', 'http://'])('refuses %j', (source) => {
    expect(() => parseSource(source)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});
