import type { RemoteFile } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';

/** What makes a file of `s3://bucket/key`. */
export interface ObjectStore {
  /** @throws ProbelogError INPUT_INVALID, SOURCE_FORBIDDEN for a bucket that is not open */
  file(uri: string): RemoteFile;
}

/** @param store null when none is configured @throws ProbelogError SOURCE_UNSUPPORTED; as `ObjectStore.file` */
export function objectFile(store: ObjectStore | null, uri: string): RemoteFile {
  if (store !== null) return store.file(uri);
  throw new ProbelogError(
    'SOURCE_UNSUPPORTED',
    'This server reads no s3: sources: set PROBELOG_S3_BUCKETS and the credentials for them.',
    { source: uri },
  );
}
