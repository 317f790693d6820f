import { describe, expect, it } from 'vitest';
import { huggingface } from '../../../src/registries/huggingface/index.js';
import { equalsAnyText } from '../../../src/registries/signature.js';

function verify(headers: Record<string, string>, secrets: string[]) {
  return huggingface.verify(Buffer.from('{}'), headers, { secrets, tokens: [] });
}

describe('a delivery of the Hub', () => {
  it('carries the secret, and no id', () => {
    expect(verify({ 'x-webhook-secret': 'open sesame' }, ['open sesame'])).toEqual({ deliveryId: null });
  });

  it('may carry either of two secrets while one replaces the other', () => {
    for (const secret of ['old', 'new']) {
      expect(verify({ 'x-webhook-secret': secret }, ['old', 'new'])).toBeTruthy();
    }
  });

  it.each([
    ['no secret', {}],
    ['an empty secret', { 'x-webhook-secret': '' }],
    ['another secret', { 'x-webhook-secret': 'open sesamE' }],
    ['the beginning of the secret', { 'x-webhook-secret': 'open' }],
    ['more than the secret', { 'x-webhook-secret': 'open sesame!' }],
  ])('is refused with %s', (_what, headers) => {
    expect(() => verify(headers as Record<string, string>, ['open sesame'])).toThrow(
      expect.objectContaining({ code: 'SIGNATURE_INVALID' }),
    );
  });

  it('is refused by a receiver without a secret', () => {
    expect(() => verify({ 'x-webhook-secret': 'x' }, [])).toThrow('no configured secret');
  });

  it('compares the bytes that Node read as Latin-1', () => {
    expect(equalsAnyText(Buffer.from('clé').toString('latin1'), ['clé'])).toBe(true);
  });
});
