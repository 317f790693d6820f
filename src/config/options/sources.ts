import { z } from 'zod';
import {
  addressRanges,
  bucketList,
  commaList,
  headerSecret,
  headerSecretFile,
  serverUrl,
} from './formats.js';
import { option } from './option.js';

/** Settings of the sources that model files may be read from. */
export const SOURCE_OPTIONS = {
  modelFolders: option(
    {
      variable: 'PROBELOG_MODEL_FOLDERS',
      description:
        'Folders that `ingestModel` may read local files from. Unset: any folder for the user of this machine while no API key exists, none for other callers. The command line may always read what its user can.',
      allowed: 'comma-separated folder paths',
    },
    commaList().optional(),
  ),
  privateAddresses: option(
    {
      variable: 'PROBELOG_PRIVATE_ADDRESSES',
      description: 'Private or loopback address ranges that models may be downloaded from.',
      allowed: 'comma-separated IP addresses or CIDR ranges, such as 10.1.0.0/16,127.0.0.1',
      fallback: '',
    },
    addressRanges(),
  ),
  s3Buckets: option(
    {
      variable: 'PROBELOG_S3_BUCKETS',
      description: 'Buckets, or key prefixes in buckets, that s3://bucket/key may be read from. Unset: none.',
      allowed: 'comma-separated bucket or bucket/prefix, such as models,shared/onnx',
    },
    bucketList().optional(),
  ),
  s3Endpoint: option(
    {
      variable: 'PROBELOG_S3_ENDPOINT',
      description: 'Address of an S3-compatible store; it may be private. Unset: AWS in PROBELOG_S3_REGION.',
      allowed: 'an http(s) URL without user and password, such as https://minio.example.org',
    },
    serverUrl().optional(),
  ),
  s3Region: option(
    {
      variable: 'PROBELOG_S3_REGION',
      description: 'Region of the buckets.',
      allowed: 'a region, such as eu-central-1',
      fallback: 'us-east-1',
    },
    z.string().regex(/^[a-z\d-]+$/),
  ),
  s3AccessKeyId: option(
    {
      variable: 'PROBELOG_S3_ACCESS_KEY_ID',
      description: 'Access key id for the buckets.',
      allowed: 'printable ASCII',
    },
    headerSecret().optional(),
  ),
  s3SecretAccessKey: option(
    {
      variable: 'PROBELOG_S3_SECRET_ACCESS_KEY',
      description: 'Secret access key. It signs requests and is never sent.',
      allowed: 'printable ASCII',
      secret: true,
    },
    headerSecret().optional(),
  ),
  s3SecretAccessKeyFile: option(
    {
      variable: 'PROBELOG_S3_SECRET_ACCESS_KEY_FILE',
      description: 'File with the secret access key, instead of PROBELOG_S3_SECRET_ACCESS_KEY.',
      allowed: 'the path of a readable file with one secret',
      secret: true,
    },
    headerSecretFile().optional(),
  ),
  s3SessionToken: option(
    {
      variable: 'PROBELOG_S3_SESSION_TOKEN',
      description: 'Session token for temporary credentials.',
      allowed: 'printable ASCII',
      secret: true,
    },
    headerSecret().optional(),
  ),
  s3SessionTokenFile: option(
    {
      variable: 'PROBELOG_S3_SESSION_TOKEN_FILE',
      description: 'File with the session token, instead of PROBELOG_S3_SESSION_TOKEN.',
      allowed: 'the path of a readable file with one token',
      secret: true,
    },
    headerSecretFile().optional(),
  ),
};
