import { byteSize, wholeNumber } from './formats.js';
import { option } from './option.js';

/** Settings of downloads and uploads: sizes and durations. */
export const TRANSFER_OPTIONS = {
  maxModelBytes: option(
    {
      variable: 'PROBELOG_MAX_MODEL_BYTES',
      description:
        'Largest model accepted: its file together with the data files that it keeps weights in. The file alone cannot exceed 2 GiB.',
      allowed: 'a size from 1 KiB to 1,024 GiB, such as 500MiB',
      fallback: '8GiB',
    },
    byteSize(2 ** 10, 2 ** 40),
  ),
  modelCacheBytes: option(
    {
      variable: 'PROBELOG_MODEL_CACHE',
      description:
        'Disk space for model files that can be fetched again. Beyond it, the least recently used are deleted; their responses stay.',
      allowed: 'a size from 0 to 1,048,576 GiB',
      fallback: '20GiB',
    },
    byteSize(0, 2 ** 50),
  ),
  modelUploadBytes: option(
    {
      variable: 'PROBELOG_MODEL_UPLOAD_BYTES',
      description:
        'Disk space for uploaded models until their ingests have ended. One upload may have up to PROBELOG_MAX_MODEL_BYTES of it.',
      allowed: 'a size from 0 to 1,048,576 GiB',
      fallback: '20GiB',
    },
    byteSize(0, 2 ** 50),
  ),
  maxResponsesBytes: option(
    {
      variable: 'PROBELOG_MAX_RESPONSES_BYTES',
      description: 'Largest file of uploaded responses accepted.',
      allowed: 'a size from 1 KiB to 2 GiB',
      fallback: '512MiB',
    },
    byteSize(2 ** 10, 2 ** 31),
  ),
  maxConcurrentUploads: option(
    {
      variable: 'PROBELOG_RESPONSES_AT_ONCE',
      description:
        'How many uploads of responses are accepted at the same time, each using up to PROBELOG_MAX_RESPONSES_BYTES of disk. Others get 503 and Retry-After.',
      allowed: 'a whole number from 1 to 1,000',
      fallback: '8',
    },
    wholeNumber(1, 1_000),
  ),
  downloadStallSeconds: option(
    {
      variable: 'PROBELOG_DOWNLOAD_STALL_SECONDS',
      description: 'Seconds without a byte after which a download fails as stalled.',
      allowed: 'a whole number from 1 to 3600',
      fallback: '30',
    },
    wholeNumber(1, 3_600),
  ),
  minTransferRate: option(
    {
      variable: 'PROBELOG_TRANSFER_LEAST_RATE',
      description:
        'Minimum average rate, in bytes per second, of a download, an upload or a reply to a client, checked once it has run for the stall time; 0 turns the check off.',
      allowed: 'a size from 0 to 1 GiB, such as 16KiB',
      fallback: '16KiB',
    },
    byteSize(0, 2 ** 30),
  ),
  transferMinutes: option(
    {
      variable: 'PROBELOG_TRANSFER_MINUTES',
      description:
        'Longest time, in minutes, for one download or one request of an upload. When its ingest is retried, a download resumes where it stopped.',
      allowed: 'a whole number from 1 to 10080',
      fallback: '60',
    },
    wholeNumber(1, 10_080),
  ),
};
