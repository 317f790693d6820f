import { describe, expect, it } from 'vitest';
import { standard } from '../../../src/registries/standard/index.js';
import { testSignedMessages } from '../signed-message-faults.js';
import { standardHeaders } from '../signing.js';

/** The published vector. */
const SECRET = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const HEADERS = {
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': '1614265330',
  'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const BODY = Buffer.from('{"test": 2432232314}');
const THEN = new Date(1_614_265_330_000);

describe('a Standard Webhook', () => {
  it.each([SECRET, `whsec_${SECRET}`])('is verified as published, with the secret %s', (secret) => {
    expect(standard.verify(BODY, HEADERS, { secrets: [secret], tokens: [] }, THEN)).toEqual({
      deliveryId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    });
  });

  testSignedMessages({
    registry: standard,
    names: { id: 'webhook-id', timestamp: 'webhook-timestamp', signature: 'webhook-signature' },
    secrets: [`whsec_${SECRET}`, `whsec_${Buffer.alloc(24, 7).toString('base64')}`],
    sign: standardHeaders,
  });
});
