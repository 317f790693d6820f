import { z } from 'zod';
import { check, identifier, isLine, line, modelUrl, moment, readJson } from '../payload.js';

/** The form of Standard Webhooks, and CloudEvents 1.0 in structured mode, where the timestamp is called `time`. */
const envelope = z.object({ type: line(200), timestamp: moment, time: moment, data: z.unknown() });

const MAX_LABELS = 1_000_000;

/** CloudEvents put a domain before the type, as in `org.example.model.version.created`. */
const KNOWN_TYPE = /(?:^|\.)model\.version\.(created|updated|deleted)$/;

const version = z.object({ name: identifier(300), version: identifier(300) });

/** Checks all labels in one pass: one schema call per label would block the event loop for most of a second. */
function areLabels(value: unknown): boolean {
  return Array.isArray(value) && value.length <= MAX_LABELS && value.every((label) => isLine(label, 1_000));
}

const file = version.extend({
  url: modelUrl,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i)
    .transform((digest) => digest.toLowerCase())
    .nullish(),
  labels: z
    .custom<string[]>(areLabels, 'is not a list of single-line texts of at most 1,000 characters each')
    .nullish(),
});

/** An event about a model version. */
type VersionEvent =
  | { kind: 'created' | 'updated'; file: z.output<typeof file> }
  | { kind: 'deleted'; version: z.output<typeof version> };

/** An event of a registry that follows docs/registries/standard.md. */
export interface StandardEvent {
  type: string;
  occurredAt: Date | null;
  /** Null when the event is not about a model version. */
  known: VersionEvent | null;
}

/** @throws ProbelogError PAYLOAD_INVALID */
export function parse(body: Buffer): StandardEvent {
  const { type, timestamp, time, data } = check(envelope, readJson(body));
  return { type, occurredAt: timestamp ?? time, known: parseVersionEvent(KNOWN_TYPE.exec(type)?.[1], data) };
}

function parseVersionEvent(kind: string | undefined, data: unknown): VersionEvent | null {
  if (kind === 'deleted') return { kind, version: check(z.object({ data: version }), { data }).data };
  if (kind !== 'created' && kind !== 'updated') return null;
  return { kind, file: check(z.object({ data: file }), { data }).data };
}
