import { expect, it } from 'vitest';
import { huggingface } from '../../src/registries/huggingface/index.js';
import { WebhookReceiver } from '../../src/registries/index.js';

function receiver(secrets: string[], record = async () => ({ outcome: 'IGNORED' as const, ingestId: null })) {
  const credentials = { secrets, tokens: [] };
  return new WebhookReceiver({ registry: huggingface, credentials, record, now: () => new Date() });
}

const GENUINE = { 'x-webhook-secret': 's' };
const DISCUSSION = Buffer.from(
  '{"event":{"action":"create","scope":"discussion"},"repo":{"type":"model","name":"o/n","id":"1"}}',
);

it('counts how deliveries end, and keeps nothing else of those that it refuses', async () => {
  const recorded: unknown[] = [];
  const taking = receiver(['s'], async (...delivery) => {
    recorded.push(delivery);
    return { outcome: 'IGNORED', ingestId: null };
  });
  await taking.receive(DISCUSSION, GENUINE);
  await expect(taking.receive(DISCUSSION, {})).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  await expect(taking.receive(Buffer.from('{'), GENUINE)).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
  expect(recorded).toHaveLength(1);
  expect(taking.counts).toMatchObject({ ignored: 1, unauthorized: 1, invalid: 1, failed: 0 });
});

it('counts deliveries that could not be recorded', async () => {
  const failing = receiver(['s'], async () => {
    throw new Error('no database');
  });
  await expect(failing.receive(DISCUSSION, GENUINE)).rejects.toThrow('no database');
  expect(failing.counts).toMatchObject({ failed: 1, ignored: 0 });
});

it('is off without a secret', async () => {
  const off = receiver([]);
  expect(off.isOn).toBe(false);
  await expect(off.receive(DISCUSSION, GENUINE)).rejects.toMatchObject({
    code: 'WEBHOOK_OFF',
    httpStatus: 404,
  });
});
