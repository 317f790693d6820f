import type { Config } from '../config/index.js';
import type { DownloadLimits } from '../download/index.js';

/** What the settings allow a download. */
export function downloadLimits(config: Config): DownloadLimits {
  return {
    privateAddresses: config.privateAddresses,
    stallMs: config.downloadStallSeconds * 1000,
    maxBytes: config.maxModelBytes,
    pace: {
      graceMs: config.downloadStallSeconds * 1000,
      leastRate: config.minTransferRate,
      mostMs: config.transferMinutes * 60_000,
    },
  };
}
