import { byteSize, wholeNumber } from '../formats.js';
import { option } from './option.js';

/** Settings of how large files are that come here, and how long one may take. */
export const TRANSFER_OPTIONS = {
  maxModelBytes: option(
    {
      variable: 'PROBELOG_MAX_MODEL_BYTES',
      description: 'Largest model file accepted.',
      allowed: 'a size from 1 KiB to 2 GiB, such as 500MiB (ONNX files end at 2 GiB)',
      fallback: '2GiB',
    },
    byteSize(2 ** 10, 2 ** 31),
  ),
  modelCacheBytes: option(
    {
      variable: 'PROBELOG_MODEL_CACHE',
      description:
        'Disk space for model files that can be fetched again; beyond it, those not used for the longest time go. Responses stay.',
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
  responsesAtOnce: option(
    {
      variable: 'PROBELOG_RESPONSES_AT_ONCE',
      description:
        'How many files of responses are taken at once, each up to PROBELOG_MAX_RESPONSES_BYTES of disk; further ones are told to come again.',
      allowed: 'a whole number from 1 to 1,000',
      fallback: '8',
    },
    wholeNumber(1, 1_000),
  ),
  downloadStallSeconds: option(
    {
      variable: 'PROBELOG_DOWNLOAD_STALL_SECONDS',
      description: 'Time without a byte after which a download counts as hanging.',
      allowed: 'a whole number from 1 to 3600',
      fallback: '30',
    },
    wholeNumber(1, 3_600),
  ),
  transferLeastRate: option(
    {
      variable: 'PROBELOG_TRANSFER_LEAST_RATE',
      description:
        'Bytes a second that a download, or an upload of responses, must bring on the average once it has taken as long as one may hang; 0 asks for none.',
      allowed: 'a size from 0 to 1 GiB, such as 16KiB',
      fallback: '16KiB',
    },
    byteSize(0, 2 ** 30),
  ),
  transferMinutes: option(
    {
      variable: 'PROBELOG_TRANSFER_MINUTES',
      description:
        'Time that may be waited for one download, or one upload of responses, in all. A download goes on where it ended when its ingest is tried again.',
      allowed: 'a whole number from 1 to 10080',
      fallback: '60',
    },
    wholeNumber(1, 10_080),
  ),
};
