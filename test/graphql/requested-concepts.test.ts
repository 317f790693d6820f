import { expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/index.js';
import { createContext, type Services } from '../../src/graphql/index.js';

it('what a request looks up of concepts ends with it', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const remember = async (_what: unknown, _probeSet: unknown, gone?: AbortSignal) => void signals.push(gone);
  const services = {
    store: { as: () => ({}) },
    ingest: { on: () => ({}) },
    uploads: { on: () => ({}) },
    modelUploads: { on: () => ({}) },
    runners: { on: () => ({}) },
    concepts: { vectors: remember, imageVectors: remember },
  } as unknown as Services;
  const { signal } = new AbortController();
  const { concepts } = createContext(services, { principal: ANONYMOUS, signal });
  await concepts.vectors('dog', { id: 'set' });
  await concepts.imageVectors({ digest: 'x', asFile: (use) => use('x') }, { id: 'set' });
  expect(signals).toEqual([signal, signal]);
  expect(signals[0]).toBe(signal);
});
