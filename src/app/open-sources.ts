import type { Config } from '../config/index.js';
import { type DownloadLimits, S3Bucket } from '../download/index.js';
import { ProbelogError } from '../errors/index.js';

/** Limits of downloads, from the settings. */
export function downloadLimits(config: Config): DownloadLimits {
  return {
    privateAddresses: config.privateAddresses,
    stallMs: config.downloadStallSeconds * 1000,
    maxBytes: config.maxModelBytes,
    pace: {
      graceMs: config.downloadStallSeconds * 1000,
      minRate: config.minTransferRate,
      maxMs: config.transferMinutes * 60_000,
    },
  };
}

/** The S3 store in the settings; null when they allow no bucket. @throws ProbelogError CONFIG_INVALID */
export function openObjectStore(config: Config): S3Bucket | null {
  if (config.s3Buckets === undefined) return null;
  const secretAccessKey = config.s3SecretAccessKey ?? config.s3SecretAccessKeyFile;
  if (config.s3AccessKeyId === undefined || secretAccessKey === undefined) {
    throw new ProbelogError(
      'CONFIG_INVALID',
      'PROBELOG_S3_BUCKETS needs PROBELOG_S3_ACCESS_KEY_ID and PROBELOG_S3_SECRET_ACCESS_KEY. Set both.',
    );
  }
  return new S3Bucket({
    endpoint: config.s3Endpoint ?? `https://s3.${config.s3Region}.amazonaws.com`,
    region: config.s3Region,
    accessKeyId: config.s3AccessKeyId,
    secretAccessKey,
    sessionToken: config.s3SessionToken ?? config.s3SessionTokenFile,
    allowed: config.s3Buckets,
  });
}
