import { expect, it } from 'vitest';
import type { Credentials, Registry } from '../../src/registries/registry.js';
import type { SentHeaders } from './signing.js';

/** A registry whose deliveries are signed with id and time, and how a real sender signs for it. */
export interface SignedRegistry {
  registry: Pick<Registry, 'verify'>;
  names: { id: string; timestamp: string; signature: string };
  secrets: [string, string];
  sign(body: string, secret: string, id: string, at: Date): SentHeaders;
}

const BODY = '{"a": 1}';
const NOW = new Date('2026-11-24T12:00:00Z');

/** One test for each way in which such a delivery can be wrong, and for what must be accepted. */
export function testSignedMessages({ registry, names, secrets, sign }: SignedRegistry): void {
  const [secret, other] = secrets;
  const sent = (changes: SentHeaders = {}, at = NOW, by = secret) => ({
    ...sign(BODY, by, 'id-1', at),
    ...changes,
  });
  const verify = (headers: SentHeaders, body = BODY, valid: readonly string[] = [secret]) => {
    const credentials: Credentials = { secrets: valid, tokens: [] };
    return registry.verify(Buffer.from(body), headers, credentials, NOW);
  };
  const shifted = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
  const refused = (code: string) => expect.objectContaining({ code });

  it('accepts what is signed, and takes the id from the header', () => {
    expect(verify(sent())).toEqual({ deliveryId: 'id-1' });
  });

  it.each(Object.values(names))('refuses a delivery without %s', (name) => {
    const { [name]: _, ...headers } = sent();
    expect(() => verify(headers)).toThrow(refused('SIGNATURE_INVALID'));
    expect(() => verify({ ...headers, [name]: '' })).toThrow(refused('SIGNATURE_INVALID'));
  });

  it('refuses another secret, and every secret when there is none', () => {
    expect(() => verify(sent({}, NOW, other))).toThrow(refused('SIGNATURE_INVALID'));
    expect(() => verify(sent(), BODY, [])).toThrow(refused('SIGNATURE_INVALID'));
  });

  it('refuses an altered body, id or time', () => {
    expect(() => verify(sent(), `${BODY} `)).toThrow(refused('SIGNATURE_INVALID'));
    expect(() => verify(sent(), '')).toThrow(refused('SIGNATURE_INVALID'));
    expect(() => verify(sent({ [names.id]: 'id-2' }))).toThrow(refused('SIGNATURE_INVALID'));
    const later = sign(BODY, secret, 'id-1', shifted(1))[names.timestamp];
    expect(() => verify(sent({ [names.timestamp]: later }))).toThrow(refused('SIGNATURE_INVALID'));
  });

  it('tells bytes apart that decode to the same text', () => {
    const credentials: Credentials = { secrets: [secret], tokens: [] };
    const replaced = sign('\ufffd', secret, 'id-1', NOW);
    expect(() => registry.verify(Buffer.from([0xff]), replaced, credentials, NOW)).toThrow(
      refused('SIGNATURE_INVALID'),
    );
  });

  it('accepts 300 s either way, and no more', () => {
    for (const seconds of [-300, 300]) expect(verify(sent({}, shifted(seconds)))).toBeTruthy();
    for (const seconds of [-301, 301, -86_400, 86_400]) {
      expect(() => verify(sent({}, shifted(seconds)))).toThrow(refused('SIGNATURE_EXPIRED'));
    }
  });

  it('checks the signature before the time', () => {
    expect(() => verify(sent({}, shifted(-301), other))).toThrow(refused('SIGNATURE_INVALID'));
  });

  it.each(['yesterday', '1e9', '-5', '17.5', '01764000000', ' ', '9'.repeat(13)])(
    'refuses the time %j',
    (time) => {
      expect(() => verify(sent({ [names.timestamp]: time }))).toThrow(refused('SIGNATURE_INVALID'));
    },
  );

  it.each(['a.b', 'a b', 'ä', 'x'.repeat(201)])('refuses the id %j, even correctly signed', (id) => {
    expect(() => verify(sign(BODY, secret, id, NOW))).toThrow(refused('SIGNATURE_INVALID'));
  });

  it.each([
    ['malformed base64', 'v1,not/base64!!'],
    ['unpadded base64', `v1,${'A'.repeat(43)}`],
    ['too few bytes', `v1,${Buffer.alloc(31).toString('base64')}`],
    ['too many bytes', `v1,${Buffer.alloc(33).toString('base64')}`],
    ['no version', Buffer.alloc(32).toString('base64')],
    ['nothing behind the version', 'v1,'],
  ])('refuses a signature with %s', (_what, signature) => {
    expect(() => verify(sent({ [names.signature]: signature }))).toThrow(refused('SIGNATURE_INVALID'));
  });

  it('refuses the right digest under another version', () => {
    const signature = sent()[names.signature].replace('v1,', 'v2,');
    expect(() => verify(sent({ [names.signature]: signature }))).toThrow(refused('SIGNATURE_INVALID'));
  });

  it('accepts one good signature among several', () => {
    const wrong = `v1,${Buffer.alloc(32).toString('base64')}`;
    const list = `v2,abc ${wrong} ${sent()[names.signature]}`;
    expect(verify(sent({ [names.signature]: list }))).toBeTruthy();
  });

  it('accepts either of two secrets while one replaces the other', () => {
    for (const by of [secret, other]) {
      expect(verify(sent({}, NOW, by), BODY, [secret, other])).toEqual({ deliveryId: 'id-1' });
    }
  });
}
