import { z } from 'zod';
import { check, identifier, line, modelUrl, readJson } from '../payload.js';

/** The template's other fields repeat these, or name the author. */
const wandbEvent = z.object({
  event_type: line(100),
  /** `entity/project/collection:version` */
  artifact_version_string: z
    .string()
    .max(500)
    .regex(/^[\w. -]+\/[\w. -]+\/[\w. -]+:[\w. -]+$/, 'is not of the form entity/project/collection:version'),
  /** Where the file is. W&B has no variable for it, so the template composes it from others. */
  url: modelUrl.refine((text) => !text.includes('${'), 'was not filled in').nullish(),
});

/** Events that give a version an alias. In others, W&B may leave the variable unfilled. */
const GIVING_ALIAS: readonly string[] = ['ADD_ARTIFACT_ALIAS', 'UPDATE_ARTIFACT_ALIAS'];
const withAlias = z.object({
  alias: identifier(256)
    .refine((text) => !text.includes('${'), 'was not filled in')
    .or(z.literal(''))
    .nullish(),
});

/** An event of Weights & Biases, in the form of our template. */
export interface WandbEvent extends z.output<typeof wandbEvent> {
  /** The alias that the event gives to the version; null when it gives none. */
  alias: string | null;
}

/** @throws ProbelogError PAYLOAD_INVALID */
export function parse(body: Buffer): WandbEvent {
  const json = readJson(body);
  const event = check(wandbEvent, json);
  const givesAlias = GIVING_ALIAS.includes(event.event_type);
  return { ...event, alias: (givesAlias && check(withAlias, json).alias) || null };
}
