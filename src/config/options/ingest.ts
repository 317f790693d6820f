import { decimalNumber, wholeNumber } from './formats.js';
import { option } from './option.js';

/** Settings of the ingest queue. */
export const INGEST_OPTIONS = {
  ingestConcurrency: option(
    {
      variable: 'PROBELOG_INGEST_CONCURRENCY',
      description: 'Models probed at the same time by this process.',
      allowed: 'a whole number from 1 to 64',
      fallback: '1',
    },
    wholeNumber(1, 64),
  ),
  ingestAttempts: option(
    {
      variable: 'PROBELOG_INGEST_ATTEMPTS',
      description:
        'How often an ingest is tried when it fails for a temporary reason, such as an unreachable source; 1 turns retries off.',
      allowed: 'a whole number from 1 to 100',
      fallback: '8',
    },
    wholeNumber(1, 100),
  ),
  retrySeconds: option(
    {
      variable: 'PROBELOG_RETRY_SECONDS',
      description:
        'Seconds before the second attempt. Each further wait doubles, up to an hour, and is shortened by a random part of up to half.',
      allowed: 'a number from 0.01 to 3600',
      fallback: '5',
    },
    decimalNumber(0.01, 3_600),
  ),
  ingestKills: option(
    {
      variable: 'PROBELOG_INGEST_KILLS',
      description:
        'How often in a row a process may die while it runs an ingest, without finishing a batch in between, before the ingest is blamed and fails.',
      allowed: 'a whole number from 1 to 1000',
      fallback: '5',
    },
    wholeNumber(1, 1_000),
  ),
};
