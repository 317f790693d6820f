/** What a code means to a caller: its HTTP status and one line for the documentation. */
export interface ErrorEntry {
  httpStatus: number;
  summary: string;
  /** Seconds after which the same request may succeed, for clients that wait on their own. */
  retryAfterSeconds?: number;
}

/** Every code that leaves this service. Codes are stable: clients match on them, and messages may improve. */
export const ERRORS = {
  CONFIG_INVALID: { httpStatus: 500, summary: 'An environment variable or option is invalid.' },
  DATA_FOLDER_IN_USE: { httpStatus: 500, summary: 'Another process has the data folder open.' },
  DATA_FOLDER_MISMATCH: { httpStatus: 500, summary: 'The data folder belongs to another database.' },
  DATABASE_MISSING: {
    httpStatus: 500,
    summary: 'The data folder has files of a database that is not there.',
  },
  DATABASE_UNAVAILABLE: { httpStatus: 503, summary: 'The database cannot be reached or opened.' },
  MIGRATION_CHANGED: { httpStatus: 500, summary: 'An applied migration differs from the shipped one.' },
  STORAGE_UNUSABLE: {
    httpStatus: 503,
    summary: 'The data folder cannot be read or written.',
  },
  FILE_UNUSABLE: { httpStatus: 500, summary: 'A file or folder that the command line names cannot be used.' },
  NODE_TOO_OLD: { httpStatus: 500, summary: 'This version of Node.js is too old.' },
  STORAGE_FULL: { httpStatus: 507, summary: 'The disk is full.' },
  CLEANUP_REFUSED: {
    httpStatus: 500,
    summary: 'Cleanup would remove so many stored files that the database may be the wrong one.',
  },
  BLOB_MISSING: { httpStatus: 500, summary: 'A stored file is missing or damaged.' },
  BACKUP_INVALID: { httpStatus: 400, summary: 'A backup is damaged, truncated or not a backup.' },
  BACKUP_UNSUPPORTED: { httpStatus: 422, summary: 'A backup was made by a newer release.' },
  RESTORE_NOT_EMPTY: { httpStatus: 409, summary: 'The data folder or schema to restore into is not empty.' },

  INPUT_INVALID: { httpStatus: 400, summary: 'An argument is invalid or out of range.' },
  CURSOR_INVALID: { httpStatus: 400, summary: 'A cursor is malformed or belongs to another query.' },
  ID_INVALID: { httpStatus: 400, summary: 'An id is malformed or identifies another type.' },
  CONCEPT_EMPTY: { httpStatus: 400, summary: 'A concept is empty.' },
  CONCEPT_TOO_LONG: { httpStatus: 400, summary: 'A concept is longer than allowed.' },
  NOT_FOUND: { httpStatus: 404, summary: 'Nothing has this id.' },

  UNAUTHENTICATED: { httpStatus: 401, summary: 'A key or token is missing, unknown, revoked or expired.' },
  FORBIDDEN: { httpStatus: 403, summary: 'The key or token does not allow this.' },
  RATE_LIMITED: {
    httpStatus: 429,
    retryAfterSeconds: 60,
    summary: 'This key or address has sent too many requests.',
  },
  SERVER_BUSY: {
    httpStatus: 503,
    retryAfterSeconds: 1,
    summary: 'The server is already processing as many requests as it accepts.',
  },
  OPERATION_TOO_COMPLEX: { httpStatus: 400, summary: 'An operation exceeds a limit on its size or cost.' },
  OPERATION_TIMEOUT: { httpStatus: 504, summary: 'An operation took longer than allowed.' },
  OPERATION_UNKNOWN: {
    httpStatus: 400,
    summary: 'The operation is not on the list of operations that this server runs.',
  },

  PROBE_SET_UNKNOWN: { httpStatus: 404, summary: 'No probe set has this id or name.' },
  PROBE_SET_EXISTS: { httpStatus: 409, summary: 'The name belongs to a probe set with other images.' },
  PROBE_SET_IN_USE: { httpStatus: 409, summary: 'Models have been probed with this set.' },
  PROBE_SET_EMPTY: { httpStatus: 400, summary: 'The source contains no images.' },
  PROBE_IMAGE_INVALID: {
    httpStatus: 400,
    summary: 'A probe image, or the image of a query, is corrupt, too large or not an image.',
  },
  PREPROCESSING_INVALID: { httpStatus: 400, summary: 'The preprocessing description is invalid.' },

  MODEL_EXISTS: { httpStatus: 409, summary: 'This name and version is already registered.' },
  MODEL_EMPTY: { httpStatus: 400, summary: 'The model file is empty.' },
  MODEL_NOT_ONNX: { httpStatus: 400, summary: 'The model file is not ONNX.' },
  MODEL_TRUNCATED: { httpStatus: 400, summary: 'The model file ends too early.' },
  MODEL_TOO_LARGE: { httpStatus: 413, summary: 'The model file is larger than allowed.' },
  MODEL_NO_IMAGE_INPUT: { httpStatus: 400, summary: 'The model has no image input.' },
  MODEL_NO_LOGITS_OUTPUT: { httpStatus: 400, summary: 'The model has no [N, C] output.' },
  MODEL_OUTPUT_AMBIGUOUS: { httpStatus: 400, summary: 'Several outputs qualify; one must be named.' },
  MODEL_TOO_MANY_OUTPUTS: { httpStatus: 400, summary: 'The model has more outputs than allowed.' },
  MODEL_EXTERNAL_DATA: {
    httpStatus: 400,
    summary: 'A data file of the model is missing, not allowed, or does not fit.',
  },
  MODEL_MALFORMED: {
    httpStatus: 400,
    summary: 'The model file contradicts itself, or has shapes or sizes that no classifier has.',
  },
  MODEL_UNSUPPORTED: { httpStatus: 400, summary: 'The model uses an operator or type that cannot be run.' },
  MODEL_NOT_APPLICABLE: {
    httpStatus: 422,
    summary: 'The version in the registry is no image classifier.',
  },
  MODEL_LABELS_MISMATCH: { httpStatus: 400, summary: 'The number of labels is not the number of outputs.' },
  MODEL_ALL_DEGENERATE: {
    httpStatus: 400,
    summary: 'Every output of the model is degenerate: constant or not finite.',
  },
  MODEL_EXTERNAL: {
    httpStatus: 409,
    summary: 'The model is not on this server: its responses are uploaded, not probed.',
  },
  RESPONSES_UNEXPECTED: {
    httpStatus: 409,
    summary: 'This server probes the model itself and accepts no responses for it.',
  },
  RESPONSES_FORMAT_INVALID: {
    httpStatus: 400,
    summary: 'Uploaded responses are not a .npy or .safetensors file of floating-point numbers.',
  },
  RESPONSES_SHAPE_MISMATCH: {
    httpStatus: 400,
    summary: 'The shape of the uploaded responses is not outputs × probes.',
  },
  RESPONSES_LAYOUT_AMBIGUOUS: {
    httpStatus: 400,
    summary: 'There are as many outputs as probes, so the layout must be given.',
  },
  RESPONSES_INVALID: { httpStatus: 400, summary: 'Uploaded responses contain impossible values.' },
  PROBE_SET_MISMATCH: {
    httpStatus: 409,
    summary: "Uploaded responses were made with a probe set other than the model's.",
  },
  UPLOADS_BUSY: {
    httpStatus: 503,
    retryAfterSeconds: 15,
    summary: 'The server is already receiving as many uploads of responses as it accepts.',
  },
  UPLOAD_TOO_SLOW: { httpStatus: 408, summary: 'An upload of responses arrived too slowly.' },
  SOURCE_NOT_FOUND: { httpStatus: 404, summary: 'The model file or URL does not exist.' },
  SOURCE_FORBIDDEN: { httpStatus: 403, summary: 'The configuration does not allow this source.' },
  SOURCE_DENIED: {
    httpStatus: 403,
    summary: 'The source refused this server: its credentials are missing or insufficient.',
  },
  SOURCE_UNREACHABLE: { httpStatus: 502, summary: 'The source cannot be reached, or its reply is invalid.' },
  SOURCE_TIMEOUT: { httpStatus: 504, summary: 'The source stopped sending, or sends too slowly.' },
  SOURCE_UNSUPPORTED: {
    httpStatus: 422,
    summary: 'This server has no connection to the registry that has the model.',
  },
  SOURCE_CHANGED: { httpStatus: 422, summary: 'The file is not the one that the registry announced.' },
  INFERENCE_CRASHED: { httpStatus: 422, summary: 'The model crashed the process that ran it.' },
  INFERENCE_FAILED: { httpStatus: 422, summary: 'ONNX Runtime refused to run the model.' },
  INFERENCE_TIMEOUT: { httpStatus: 422, summary: 'The model took longer than allowed.' },
  INFERENCE_MEMORY: { httpStatus: 422, summary: 'The model needed more memory than allowed.' },
  RUNNER_REFUSED: {
    httpStatus: 422,
    summary: 'A runner refused the model: running it would need a permission that the runner does not have.',
  },
  RUNNER_LOAD_FAILED: { httpStatus: 422, summary: 'A runner could not load the model.' },
  RUNNER_RUN_FAILED: {
    httpStatus: 422,
    summary: 'A runner loaded the model, but could not run it on the probes.',
  },
  RUNNER_CLAIM_LOST: {
    httpStatus: 409,
    summary: 'The claim of a runner has ended: the ingest was cancelled, or another runner has it.',
  },
  RUNNER_PROBES_MISSING: {
    httpStatus: 409,
    summary: 'A runner completed an ingest before all responses were received.',
  },
  INGEST_CANCELLED: { httpStatus: 409, summary: 'The ingest was cancelled.' },
  INGEST_KILLS_WORKERS: { httpStatus: 422, summary: 'The ingest killed too many processes in a row.' },
  INGEST_NOT_RETRYABLE: {
    httpStatus: 409,
    summary: 'The ingest did not end without success, or a later one of its model replaced it.',
  },

  WEBHOOK_OFF: { httpStatus: 404, summary: 'No secret is configured for this receiver.' },
  RECEIVER_NOT_READY: {
    httpStatus: 503,
    retryAfterSeconds: 60,
    summary: 'There is no probe set yet to probe the delivered version with.',
  },
  SIGNATURE_INVALID: { httpStatus: 401, summary: 'A delivery is not signed with a configured secret.' },
  SIGNATURE_EXPIRED: {
    httpStatus: 401,
    summary: 'A delivery was signed too long ago, or in the future.',
  },
  PAYLOAD_INVALID: { httpStatus: 400, summary: 'A delivery does not have the form that its registry sends.' },
  PAYLOAD_TOO_LARGE: { httpStatus: 413, summary: 'The body of a request is larger than allowed.' },

  LOGIT_DEGENERATE: { httpStatus: 422, summary: 'The logit has no descriptor, so nothing is similar to it.' },
  TEXT_ENCODER_UNAVAILABLE: { httpStatus: 503, summary: 'The text encoder cannot be loaded.' },
  SEARCH_UNAVAILABLE: { httpStatus: 503, summary: 'The search process is not running.' },
  SERVER_CLOSING: { httpStatus: 503, retryAfterSeconds: 15, summary: 'The server is shutting down.' },
  INTERNAL: { httpStatus: 500, summary: 'A bug in ProbeLog; the log has the details.' },
} as const satisfies Record<string, ErrorEntry>;

/** One of the stable codes of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;
