import { z } from 'zod';
import { check, line, readJson } from '../payload.js';

const repoName = z.string().regex(/^[\w.-]{1,96}(\/[\w.-]{1,96})?$/);
const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);

const hubEvent = z.object({
  event: z.object({ action: line(60), scope: line(100) }),
  repo: z.object({
    type: line(60),
    name: repoName,
    id: z.string().regex(/^[\w-]{1,100}$/),
    headSha: sha.nullish(),
  }),
  updatedRefs: z
    .array(z.object({ ref: line(500), newSha: sha.nullish() }))
    .max(10_000)
    .nullish(),
  movedTo: z.object({ name: repoName }).nullish(),
});

/** An event of the Hub. */
export type HubEvent = z.output<typeof hubEvent>;

/** @throws ProbelogError PAYLOAD_INVALID */
export function parse(body: Buffer): HubEvent {
  return check(hubEvent, readJson(body));
}
