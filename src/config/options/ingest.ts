import { decimalNumber, wholeNumber } from '../formats.js';
import { option } from './option.js';

/** Settings of the queue of ingests. */
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
        'How often an ingest is tried that fails for a reason that may pass, such as a source that does not answer; 1 never tries again.',
      allowed: 'a whole number from 1 to 100',
      fallback: '8',
    },
    wholeNumber(1, 100),
  ),
  retrySeconds: option(
    {
      variable: 'PROBELOG_RETRY_SECONDS',
      description:
        'Time before the second attempt; each further one waits twice as long, up to an hour, less a random part of up to half.',
      allowed: 'a number from 0.01 to 3600',
      fallback: '5',
    },
    decimalNumber(0.01, 3_600),
  ),
  ingestKills: option(
    {
      variable: 'PROBELOG_INGEST_KILLS',
      description:
        'How often in a row the process may be killed that works on an ingest, without a batch finished between, before the ingest is taken for the cause and fails.',
      allowed: 'a whole number from 1 to 1000',
      fallback: '5',
    },
    wholeNumber(1, 1_000),
  ),
};
