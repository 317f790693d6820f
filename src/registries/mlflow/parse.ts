import { z } from 'zod';
import { check, identifier, line, moment, readJson } from '../payload.js';
import { storable } from './version-record.js';

const envelope = z.object({
  entity: line(60),
  action: line(60),
  timestamp: moment,
  workspace: identifier(63).nullish(),
  data: z.unknown(),
});

const name = identifier(256);
const version = z.union([z.string().regex(/^\d{1,18}$/), z.int().min(0).transform(String)]);
const alias = identifier(256);
const key = line(250);
/** Null when unknown. */
const tags = z.record(z.string(), z.string().nullable()).nullish().catch(null);

/** The events that change models here. `source` and `run_id` are ignored: the person who logged the model chose them. */
const known = z.discriminatedUnion('type', [
  z.object({ type: z.literal('model_version.created'), data: z.object({ name, version, tags }) }),
  z.object({
    type: z.literal('model_version_tag.set'),
    data: z.object({ name, version, key, value: z.string().max(100_000).transform(storable) }),
  }),
  z.object({ type: z.literal('model_version_tag.deleted'), data: z.object({ name, version, key }) }),
  z.object({ type: z.literal('model_version_alias.created'), data: z.object({ name, alias, version }) }),
  z.object({ type: z.literal('model_version_alias.deleted'), data: z.object({ name, alias }) }),
]);

const KNOWN_TYPES: ReadonlySet<string> = new Set(known.options.map(({ shape }) => shape.type.value));

/** An event of MLflow. */
export interface MlflowEvent {
  type: string;
  occurredAt: Date | null;
  workspace: string | null;
  /** Null when the event changes no model here. */
  known: z.output<typeof known> | null;
}

/** @throws ProbelogError PAYLOAD_INVALID */
export function parse(body: Buffer): MlflowEvent {
  const { entity, action, timestamp, workspace, data } = check(envelope, readJson(body));
  const type = `${entity}.${action}`;
  return {
    type,
    occurredAt: timestamp,
    workspace: workspace ?? null,
    known: KNOWN_TYPES.has(type) ? check(known, { type, data }) : null,
  };
}
