import { z } from 'zod';
import { check } from '../payload/check.js';
import { modelUrl } from '../payload/model-url.js';
import { readJson } from '../payload/read-json.js';
import { line } from '../payload/text.js';

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

/** An event of Weights & Biases, by our template. */
export type WandbEvent = z.output<typeof wandbEvent>;

/** @throws ProbelogError PAYLOAD_INVALID */
export function parse(body: Buffer): WandbEvent {
  return check(wandbEvent, readJson(body));
}
