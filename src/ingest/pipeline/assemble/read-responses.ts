import { readUpload } from '../../uploads/read-upload.js';
import type { UploadForm } from '../../uploads/upload-form.js';
import { readSpool, type SpooledResponses } from './read-spool.js';

/** Where a model's responses are: what it answered here, or what was uploaded. */
export type ResponseSource =
  /** A finished `ResponseSpool`. */
  | { kind: 'SPOOL'; path: string }
  | { kind: 'UPLOAD'; path: string; form: Pick<UploadForm, 'layout' | 'kind'> };

/** @param probes P */
export function readResponses(source: ResponseSource, probes: number): Promise<SpooledResponses> {
  return source.kind === 'SPOOL' ? readSpool(source.path) : readUpload(source.path, probes, source.form);
}
