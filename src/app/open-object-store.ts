import type { Config } from '../config/index.js';
import { S3Bucket } from '../download/index.js';
import { ProbelogError } from '../errors/index.js';

/** The S3 store that the settings describe; null when no bucket is open. @throws ProbelogError CONFIG_INVALID */
export function openObjects(config: Config): S3Bucket | null {
  if (config.s3Buckets === undefined) return null;
  const secretAccessKey = config.s3SecretAccessKey ?? config.s3SecretAccessKeyFile;
  if (config.s3AccessKeyId === undefined || secretAccessKey === undefined) {
    throw new ProbelogError(
      'CONFIG_INVALID',
      'PROBELOG_S3_BUCKETS needs PROBELOG_S3_ACCESS_KEY_ID and PROBELOG_S3_SECRET_ACCESS_KEY.',
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
