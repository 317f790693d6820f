import { describe, expect, it } from 'vitest';
import { wandb } from '../../../src/registries/wandb/index.js';
import { type SentHeaders, wandbHeaders } from '../signing.js';

const BODY = '{"event_type": "LINK_ARTIFACT"}';

function verify(headers: SentHeaders, body = BODY, credentials = { secrets: ['secret'], tokens: ['token'] }) {
  return wandb.verify(Buffer.from(body), headers, credentials);
}

const sent = (changes: SentHeaders = {}) => ({ ...wandbHeaders(BODY, 'secret', 'token'), ...changes });

describe('a delivery of Weights & Biases', () => {
  it.each(['hex', 'base64'] as const)('is signed in %s, with or without a prefix', (encoding) => {
    const headers = wandbHeaders(BODY, 'secret', 'token', encoding);
    expect(verify(headers)).toEqual({ deliveryId: null });
    const prefixed = { ...headers, 'x-wandb-signature': `sha256=${headers['x-wandb-signature']}` };
    expect(verify(prefixed)).toEqual({ deliveryId: null });
  });

  it('may be signed in upper case', () => {
    const signature = sent()['x-wandb-signature'].toUpperCase();
    expect(verify(sent({ 'x-wandb-signature': signature }))).toBeTruthy();
  });

  it.each([
    ['no token', { authorization: '' }],
    ['another token', { authorization: 'Bearer Token' }],
    ['the secret as token', { authorization: 'Bearer secret' }],
    ['a token of another kind', { authorization: 'Basic dG9rZW4=' }],
    ['no signature', { 'x-wandb-signature': '' }],
    ['malformed hexadecimal', { 'x-wandb-signature': 'g'.repeat(64) }],
    ['malformed base64', { 'x-wandb-signature': `sha256=${'!'.repeat(43)}=` }],
    ['too few bytes', { 'x-wandb-signature': 'ab'.repeat(31) }],
    ['too many bytes', { 'x-wandb-signature': 'ab'.repeat(33) }],
    ['another digest', { 'x-wandb-signature': 'ab'.repeat(32) }],
    ['the signature of another secret', wandbHeaders(BODY, 'other', 'token')],
  ])('is refused with %s', (_what, changes) => {
    expect(() => verify(sent(changes as SentHeaders))).toThrow(
      expect.objectContaining({ code: 'SIGNATURE_INVALID' }),
    );
  });

  it('is refused when the body was altered', () => {
    expect(() => verify(sent(), `${BODY}\n`)).toThrow('matches no configured secret');
  });

  it('is refused while either half is not configured', () => {
    expect(() => verify(sent(), BODY, { secrets: ['secret'], tokens: [] })).toThrow('no configured token');
    expect(() => verify(sent(), BODY, { secrets: [], tokens: ['token'] })).toThrow('no configured secret');
  });

  it('may use either of two secrets and tokens while they are replaced', () => {
    const credentials = { secrets: ['old', 'new'], tokens: ['t1', 't2'] };
    for (const secret of credentials.secrets) {
      for (const token of credentials.tokens) {
        expect(verify(wandbHeaders(BODY, secret, token), BODY, credentials)).toBeTruthy();
      }
    }
  });
});
