import { z } from 'zod';
import { check } from '../payload/check.js';
import { modelUrl } from '../payload/model-url.js';
import { readJson } from '../payload/read-json.js';
import { identifier, line } from '../payload/text.js';

/** Of the template's fields only these are read: the others say the same again, or who did it. */
const wandbEvent = z.object({
  event_type: line(100),
  /** `entity/project/collection:version` */
  artifact_version_string: z
    .string()
    .max(500)
    .regex(/^[\w. -]+\/[\w. -]+\/[\w. -]+:[\w. -]+$/, 'is not of the form entity/project/collection:version'),
  /** Where the file is; W&B has no such variable, so the template puts it together of others. */
  url: modelUrl.refine((text) => !text.includes('${'), 'was not filled in').nullish(),
});

/** Events that give a version an alias; in others W&B may leave the variable as it is. */
const GIVING_ALIAS: readonly string[] = ['ADD_ARTIFACT_ALIAS', 'UPDATE_ARTIFACT_ALIAS'];
const withAlias = z.object({
  alias: identifier(256)
    .refine((text) => !text.includes('${'), 'was not filled in')
    .or(z.literal(''))
    .nullish(),
});

/** An event of Weights & Biases, by our template. */
export interface WandbEvent extends z.output<typeof wandbEvent> {
  /** What the event calls the version; null where it gives no alias. */
  alias: string | null;
}

/** @throws ProbelogError PAYLOAD_INVALID */
export function parse(body: Buffer): WandbEvent {
  const json = readJson(body);
  const event = check(wandbEvent, json);
  const givesAlias = GIVING_ALIAS.includes(event.event_type);
  return { ...event, alias: (givesAlias && check(withAlias, json).alias) || null };
}
