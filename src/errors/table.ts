/** What a code means to a caller. docs/errors.md is made of these: `npm run errors`. */
export interface ErrorEntry {
  httpStatus: number;
  /** When it occurs. */
  summary: string;
  /** What a caller can do, in general; the message may say more. */
  remedy: string;
  /** The page of docs that says more. */
  page?: string;
  /** Seconds after which the same request may succeed, for clients that wait on their own. */
  retryAfterSeconds?: number;
}

/** Every code that leaves this service. Codes are stable: clients match on them, and messages may improve. */
export const ERRORS = {
  CONFIG_INVALID: {
    httpStatus: 500,
    summary: 'A setting is invalid, or a `PROBELOG_…` variable is unknown. The process does not start.',
    remedy: 'Set a value that the message allows.',
    page: 'configuration.md',
  },
  DATA_FOLDER_IN_USE: {
    httpStatus: 500,
    summary: 'Another process has the data folder open.',
    remedy: 'Send requests to that server, stop it, or use `DATABASE_URL`.',
  },
  DATA_FOLDER_MISMATCH: {
    httpStatus: 500,
    summary: 'The data folder belongs to another database. Nothing was changed.',
    remedy: 'Correct `PROBELOG_DATA`, `DATABASE_URL` or `PROBELOG_DATABASE_SCHEMA`.',
    page: 'backup.md#when-the-database-is-missing',
  },
  DATABASE_MISSING: {
    httpStatus: 500,
    summary: 'The data folder has files of a database that is not there. Nothing was changed.',
    remedy: 'Put the database back, restore a backup, or correct the settings.',
    page: 'backup.md#when-the-database-is-missing',
  },
  DATABASE_UNAVAILABLE: {
    httpStatus: 503,
    summary: 'The database cannot be reached or opened, or is damaged.',
    remedy: 'Check `DATABASE_URL` and the PostgreSQL server. If it is damaged, restore a backup.',
  },
  MIGRATION_CHANGED: {
    httpStatus: 500,
    summary: 'An applied migration differs from the shipped one.',
    remedy: 'Use the release that made the database, or restore a backup.',
  },
  STORAGE_UNUSABLE: {
    httpStatus: 503,
    summary:
      'The data folder cannot be read or written: it is a file or a link that leads nowhere, its file system is read-only, or this user may not use it. The message says which.',
    remedy: 'Correct it, or choose another folder with `PROBELOG_DATA`.',
    page: 'doctor.md',
  },
  FILE_UNUSABLE: {
    httpStatus: 500,
    summary: 'A file that a command names, or its output, cannot be used.',
    remedy: 'Name another one, or correct its path and permissions.',
  },
  NODE_TOO_OLD: {
    httpStatus: 500,
    summary: 'This version of Node.js is too old.',
    remedy: 'Install Node 22 or 24.',
  },
  STORAGE_FULL: {
    httpStatus: 507,
    summary: 'The disk of the data folder, or of the database, is full.',
    remedy: 'Free space and try again.',
  },
  CLEANUP_REFUSED: {
    httpStatus: 500,
    summary:
      'The database refers to so few of the stored files that it may be the wrong one. Nothing was removed. Only in the log.',
    remedy:
      'Check `DATABASE_URL` and `PROBELOG_DATABASE_SCHEMA`. If they are right, start once with `PROBELOG_CLEANUP_SHARE=1`.',
  },
  BLOB_MISSING: {
    httpStatus: 500,
    summary: 'A stored file is missing or damaged.',
    remedy: 'Restore it from a backup, or remove the model and ingest it again.',
  },
  BACKUP_INVALID: {
    httpStatus: 400,
    summary:
      'The file given to `probelog restore` is damaged, truncated or not a backup. The message says where. Nothing was restored.',
    remedy: 'Copy the backup again, or use another one.',
  },
  BACKUP_UNSUPPORTED: {
    httpStatus: 422,
    summary: 'A newer release made the backup, or it contains rows that this release does not know.',
    remedy: 'Restore it with the release that made it, or a newer one.',
  },
  RESTORE_NOT_EMPTY: {
    httpStatus: 409,
    summary: 'The data folder or schema to restore into is not empty. The message says what it contains.',
    remedy: 'Choose others with `PROBELOG_DATA` and `PROBELOG_DATABASE_SCHEMA`.',
    page: 'backup.md',
  },

  INPUT_INVALID: {
    httpStatus: 400,
    summary: 'An argument is invalid or out of range.',
    remedy: 'Correct what the message names.',
  },
  CURSOR_INVALID: {
    httpStatus: 400,
    summary: 'A cursor is malformed or belongs to another query.',
    remedy: 'Use cursors of the same query, or start again without `after`.',
  },
  ID_INVALID: {
    httpStatus: 400,
    summary: 'An id is malformed or identifies another type.',
    remedy: 'Use an id from this API.',
  },
  CONCEPT_EMPTY: {
    httpStatus: 400,
    summary: 'A concept is empty.',
    remedy: 'Give a word or short phrase.',
  },
  CONCEPT_TOO_LONG: {
    httpStatus: 400,
    summary: 'A concept has more than 300 characters.',
    remedy: 'Shorten the concept.',
  },
  NOT_FOUND: {
    httpStatus: 404,
    summary: 'Nothing has this id. It may have been removed, or be private to other callers.',
    remedy: 'Check the id, and that this caller may see the object.',
  },

  UNAUTHENTICATED: {
    httpStatus: 401,
    summary: 'A key or token is missing, unknown, revoked or expired.',
    remedy: 'Send `authorization: Bearer …` with a valid one.',
    page: 'access.md',
  },
  FORBIDDEN: {
    httpStatus: 403,
    summary: 'The key or token is valid but does not allow this.',
    remedy: 'Use one with the scope, label or registry that the message names.',
  },
  RATE_LIMITED: {
    httpStatus: 429,
    retryAfterSeconds: 60,
    summary: 'This key or address has sent too many requests.',
    remedy: 'Wait for `Retry-After`.',
    page: 'limits.md',
  },
  SERVER_BUSY: {
    httpStatus: 503,
    retryAfterSeconds: 1,
    summary: 'The server is already processing as many requests as it accepts.',
    remedy: 'Wait for `Retry-After` and retry.',
  },
  OPERATION_TOO_COMPLEX: {
    httpStatus: 400,
    summary: 'A GraphQL operation is too deep, too large or too costly.',
    remedy: 'Request less, or split the operation: `extensions` has `limit`, `most` and `found`.',
    page: 'limits.md',
  },
  OPERATION_TIMEOUT: {
    httpStatus: 504,
    summary: 'A GraphQL operation took longer than allowed and was ended.',
    remedy: 'Request less.',
    page: 'limits.md',
  },
  OPERATION_UNKNOWN: {
    httpStatus: 400,
    summary: 'This server runs listed operations only, and this one is not listed.',
    remedy: 'Have the operator add it.',
    page: 'limits.md',
  },

  PROBE_SET_UNKNOWN: {
    httpStatus: 404,
    summary: 'No probe set has this id or name, or none exists yet.',
    remedy: 'Choose one of `probelog probes list`, or make one with `probelog probes create`.',
  },
  PROBE_SET_EXISTS: {
    httpStatus: 409,
    summary: 'The name belongs to a probe set with other images.',
    remedy: 'Choose another name.',
  },
  PROBE_SET_IN_USE: {
    httpStatus: 409,
    summary: 'Models have been probed with this set, so it cannot change.',
    remedy: 'Create a new set and re-probe with it.',
  },
  PROBE_SET_EMPTY: {
    httpStatus: 400,
    summary: 'The folder or archive contains no images.',
    remedy: 'Check the path.',
  },
  PROBE_IMAGE_INVALID: {
    httpStatus: 400,
    summary:
      'A probe image, or the image of a query, is corrupt, too large or not an image; or a probe occurs twice in the set.',
    remedy: 'Replace the image that the message names.',
  },
  PREPROCESSING_INVALID: {
    httpStatus: 400,
    summary: 'The preprocessing description is invalid.',
    remedy: 'Correct the field that the message names.',
    page: 'preprocessing.md',
  },

  MODEL_EXISTS: {
    httpStatus: 409,
    summary: 'This name and version is already registered.',
    remedy: 'Choose another version, re-probe, or remove the model first.',
  },
  MODEL_EMPTY: {
    httpStatus: 400,
    summary: 'The model file is empty.',
    remedy: 'Check the upload.',
  },
  MODEL_NOT_ONNX: {
    httpStatus: 400,
    summary: 'The file is not ONNX. The message says what it looks like, such as a Git LFS pointer.',
    remedy: 'Export the model to ONNX.',
  },
  MODEL_TRUNCATED: {
    httpStatus: 400,
    summary: 'The file ends too early.',
    remedy: 'Copy it again.',
  },
  MODEL_TOO_LARGE: {
    httpStatus: 413,
    summary:
      'The model, with its data files, is larger than `PROBELOG_MAX_MODEL_BYTES`, or the `.onnx` file is larger than 2 GiB.',
    remedy: 'Raise the limit; keep weights above 2 GiB in a data file.',
  },
  MODEL_NO_IMAGE_INPUT: {
    httpStatus: 400,
    summary: 'No input takes images.',
    remedy: 'Export a model that takes images.',
    page: 'ingest.md#what-a-model-needs',
  },
  MODEL_NO_LOGITS_OUTPUT: {
    httpStatus: 400,
    summary: 'No output has the form [N, C].',
    remedy: 'Export a model with an output of the form [N, C].',
    page: 'ingest.md#what-a-model-needs',
  },
  MODEL_OUTPUT_AMBIGUOUS: {
    httpStatus: 400,
    summary: 'Several outputs qualify.',
    remedy: 'Name one as `output`.',
  },
  MODEL_TOO_MANY_OUTPUTS: {
    httpStatus: 400,
    summary:
      'The model, probed or uploaded, has more outputs than `PROBELOG_MAX_OUTPUTS`, or more than 536,870,912 responses: outputs times probes.',
    remedy: 'Raise the limit if all of them should be searchable, or use a smaller probe set.',
  },
  MODEL_EXTERNAL_DATA: {
    httpStatus: 400,
    summary: 'A data file of the model is missing, not allowed, or does not fit; the message names it.',
    remedy: 'Put the file beside the model under the name that the model has, or save the model as one file.',
  },
  MODEL_MALFORMED: {
    httpStatus: 400,
    summary:
      'The file contradicts itself, or has shapes, sizes or counts that no classifier has. The message starts with the place in the model.',
    remedy: 'Export the model again.',
    page: 'model-safety.md',
  },
  MODEL_UNSUPPORTED: {
    httpStatus: 400,
    summary: 'The model uses an operator or type that ONNX Runtime cannot run.',
    remedy: 'Export the model with standard operators. The message names the one that cannot be run.',
  },
  MODEL_NOT_APPLICABLE: {
    httpStatus: 422,
    summary: 'The version in the registry is no image classifier. Its ingest ends as `NOT_APPLICABLE`.',
    remedy: 'Nothing, unless it is one: the message says what was taken as a sign.',
  },
  MODEL_LABELS_MISMATCH: {
    httpStatus: 400,
    summary: 'The number of labels is not the number of outputs.',
    remedy: 'Give one label per output, or none.',
  },
  MODEL_ALL_DEGENERATE: {
    httpStatus: 400,
    summary: 'Every output of the model is degenerate: constant or not finite.',
    remedy: 'Check the preprocessing and the chosen output.',
  },
  MODEL_EXTERNAL: {
    httpStatus: 409,
    summary: 'The model is not on this server, so it cannot be probed again.',
    remedy: 'Upload its responses again.',
    page: 'any-framework.md',
  },
  RESPONSES_UNEXPECTED: {
    httpStatus: 409,
    summary: 'This server probes the model itself.',
    remedy: 'Register the uploaded one under another version.',
  },
  RESPONSES_FORMAT_INVALID: {
    httpStatus: 400,
    summary: 'An upload is not a `.npy` or `.safetensors` file of floating-point numbers, or is truncated.',
    remedy: 'Save the responses in one of the formats.',
    page: 'any-framework.md#what-can-be-uploaded',
  },
  RESPONSES_SHAPE_MISMATCH: {
    httpStatus: 400,
    summary: 'The shape of an upload is neither outputs × probes nor probes × outputs.',
    remedy: 'Upload the shape that the message gives.',
  },
  RESPONSES_LAYOUT_AMBIGUOUS: {
    httpStatus: 400,
    summary: 'There are as many outputs as probes.',
    remedy: 'Give `layout=outputs-first` or `layout=probes-first`.',
  },
  RESPONSES_INVALID: {
    httpStatus: 400,
    summary: 'An upload contains values that its `kind` rules out, or responses to hardly any probe.',
    remedy: 'Correct the values that the message names.',
  },
  PROBE_SET_MISMATCH: {
    httpStatus: 409,
    summary: "The digest of an upload is not that of the model's probe set.",
    remedy: 'Fetch the current probe kit and run the model on it.',
  },
  UPLOADS_BUSY: {
    httpStatus: 503,
    retryAfterSeconds: 15,
    summary:
      'The server is already receiving as many uploads as it accepts (of responses, `PROBELOG_RESPONSES_AT_ONCE`), or the caller has many uploads of models that no ingest has finished with.',
    remedy: 'Wait for `Retry-After` and send it again; discard uploads that are not needed.',
  },
  UPLOAD_TOO_SLOW: {
    httpStatus: 408,
    summary:
      'A request of an upload was slower than `PROBELOG_TRANSFER_LEAST_RATE`, or took longer than `PROBELOG_TRANSFER_MINUTES`.',
    remedy: 'Use a faster connection; send responses as float16, a model in parts; or change these settings.',
  },
  UPLOAD_CONFLICT: {
    httpStatus: 409,
    summary:
      'A part of an uploaded model does not go on where its file ends, another request goes on with the file, or an ingest reads it.',
    remedy: 'Ask by HEAD how much of the file is here, and send the rest.',
    page: 'ingest.md#upload-a-model',
  },
  UPLOAD_DAMAGED: {
    httpStatus: 400,
    summary: 'The bytes of an upload that arrived do not have the digest that was announced.',
    remedy: 'Send the part again; if the whole file is damaged, send it again from its beginning.',
    page: 'ingest.md#upload-a-model',
  },
  SOURCE_NOT_FOUND: {
    httpStatus: 404,
    summary: 'The model file or URL does not exist.',
    remedy: 'Check the path or URL.',
  },
  SOURCE_FORBIDDEN: {
    httpStatus: 403,
    summary: 'The settings do not allow this source: a private address, an unlisted folder, another scheme.',
    remedy:
      'Use another source, or have the operator allow this one with `PROBELOG_MODEL_FOLDERS` or `PROBELOG_PRIVATE_ADDRESSES`.',
  },
  SOURCE_DENIED: {
    httpStatus: 403,
    summary: 'The source refused this server: its credentials are missing or insufficient.',
    remedy: 'Set a token that may read the model. The message names the setting.',
  },
  SOURCE_UNREACHABLE: {
    httpStatus: 502,
    summary: 'The source cannot be reached, or its reply is invalid.',
    remedy: 'Retry. The message has the status of the source.',
  },
  SOURCE_TIMEOUT: {
    httpStatus: 504,
    summary: 'The source stopped sending, or sends too slowly.',
    remedy:
      'Retry, or change the setting behind the limit: `PROBELOG_DOWNLOAD_STALL_SECONDS`, `PROBELOG_TRANSFER_LEAST_RATE` or `PROBELOG_TRANSFER_MINUTES`.',
  },
  SOURCE_UNSUPPORTED: {
    httpStatus: 422,
    summary: 'The model is in a registry that this server has no connection to.',
    remedy: 'Have the operator connect the registry, or register the URL of the file.',
    page: 'webhooks.md',
  },
  SOURCE_CHANGED: {
    httpStatus: 422,
    summary: 'The SHA-256 of the file is not the one that the registry announced.',
    remedy: 'Announce the current file, or restore the announced one.',
  },
  INFERENCE_CRASHED: {
    httpStatus: 422,
    summary: 'The model crashed the process that ran it.',
    remedy: 'Export the model again, or leave it out. The message has the last line of its process.',
  },
  INFERENCE_FAILED: {
    httpStatus: 422,
    summary: 'ONNX Runtime refused to run the model.',
    remedy: 'Export the model again. The message has the reason of ONNX Runtime.',
  },
  INFERENCE_TIMEOUT: {
    httpStatus: 422,
    summary: 'No batch finished in time.',
    remedy: 'Raise `PROBELOG_MODEL_STALL_SECONDS` if the model is just slow.',
  },
  INFERENCE_MEMORY: {
    httpStatus: 422,
    summary: 'The model needed more memory than allowed.',
    remedy: 'Raise `PROBELOG_MODEL_MEMORY`.',
  },
  RUNNER_REFUSED: {
    httpStatus: 422,
    summary: 'A runner refused the model: running it would need a permission that the runner does not have.',
    remedy: 'If you trust the model, start the runner with the option that the message names.',
    page: 'runners.md',
  },
  RUNNER_LOAD_FAILED: {
    httpStatus: 422,
    summary: 'A runner could not load the model.',
    remedy: 'The message has the reason. Check the versions of its packages, then retry the ingest.',
  },
  RUNNER_RUN_FAILED: {
    httpStatus: 422,
    summary: 'A runner loaded the model, but could not run it on the probes.',
    remedy: 'Check its preprocessing, then retry the ingest.',
  },
  RUNNER_CLAIM_LOST: {
    httpStatus: 409,
    summary: 'The claim of a runner has ended: the ingest was cancelled, or another runner has it.',
    remedy: 'Stop working on it, and claim again.',
  },
  RUNNER_PROBES_MISSING: {
    httpStatus: 409,
    summary: 'A runner completed an ingest before all responses were received.',
    remedy: 'Upload the missing pieces, or call `nextRunnerProbes`.',
  },
  INGEST_CANCELLED: {
    httpStatus: 409,
    summary: 'The ingest was cancelled.',
    remedy: 'Retry it if that was a mistake.',
  },
  INGEST_KILLS_WORKERS: {
    httpStatus: 422,
    summary: 'The ingest killed too many processes in a row.',
    remedy: 'Find what killed them (often memory), then `retryIngest`.',
  },
  INGEST_NOT_RETRYABLE: {
    httpStatus: 409,
    summary: 'The ingest did not end without success, or a later one of its model replaced it.',
    remedy: "Retry the model's last ingest once it has failed or been cancelled.",
  },

  WEBHOOK_OFF: {
    httpStatus: 404,
    summary: 'No secret is configured for this receiver.',
    remedy: 'Set the secret of this registry.',
    page: 'webhooks.md',
  },
  RECEIVER_NOT_READY: {
    httpStatus: 503,
    retryAfterSeconds: 60,
    summary:
      'A delivery arrived before the probe set exists: none does, or not the one that `PROBELOG_PROBE_SET` names.',
    remedy:
      'Create it with `probelog probes create`. Senders try again after `Retry-After`, and a sweep registers what they gave up on.',
    page: 'webhooks.md#sweeps',
  },
  SIGNATURE_INVALID: {
    httpStatus: 401,
    summary: 'A delivery lacks a header, or no configured secret made its signature.',
    remedy: 'The message names the header. Compare the secrets on both sides.',
  },
  SIGNATURE_EXPIRED: {
    httpStatus: 401,
    summary: "The timestamp of a delivery differs from this server's clock by more than 300 s.",
    remedy: 'Set both clocks. Have the sender send an old delivery again instead of replaying it.',
  },
  PAYLOAD_INVALID: {
    httpStatus: 400,
    summary: 'A genuine delivery does not have the form that its registry sends.',
    remedy: 'Send the form of the registry. The message names the field.',
    page: 'webhooks.md',
  },
  PAYLOAD_TOO_LARGE: {
    httpStatus: 413,
    summary: 'The body of a request is too large: over 1 MiB for a delivery, 16 MiB for GraphQL.',
    remedy: 'Send less.',
  },

  LOGIT_DEGENERATE: {
    httpStatus: 422,
    summary: 'The logit has no descriptor, so nothing is similar to it.',
    remedy: 'Search with another output of the model.',
  },
  TEXT_ENCODER_UNAVAILABLE: {
    httpStatus: 503,
    summary: 'The text encoder cannot be loaded, or needed more than `PROBELOG_TEXT_ENCODER_MEMORY`.',
    remedy: 'Check these settings. The message has the reason.',
  },
  SEARCH_UNAVAILABLE: {
    httpStatus: 503,
    summary: 'The search process is not running. It is being restarted.',
    remedy: 'Retry in a moment.',
  },
  SERVER_CLOSING: {
    httpStatus: 503,
    retryAfterSeconds: 15,
    summary: 'The server, or the host that embeds ProbeLog, is shutting down.',
    remedy: 'Wait for `Retry-After` and send it again.',
  },
  INTERNAL: {
    httpStatus: 500,
    summary: 'A bug in ProbeLog; the log has the details.',
    remedy: 'Report it with the line of the log.',
  },
} as const satisfies Record<string, ErrorEntry>;

/** One of the stable codes of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;

/** What to do about errors with a code; null for an unknown one, such as of a later release. */
export function remedyOf(code: string): string | null {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].remedy : null;
}
