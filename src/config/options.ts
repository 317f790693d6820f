import { z } from 'zod';
import { ACCESS_OPTIONS } from './access-options.js';
import {
  addressRanges,
  bucketList,
  byteSize,
  commaList,
  decimalNumber,
  flag,
  headerSecret,
  headerSecretFile,
  hubNames,
  isStandardSecret,
  keyFields,
  secretFile,
  secretList,
  serverUrl,
  textFile,
  typeName,
  wholeNumber,
} from './formats.js';
import { LIMIT_OPTIONS } from './limit-options.js';
import { option } from './option.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Every setting there is, each in one place: its variable, meaning, format and default. */
export const OPTIONS = {
  host: option(
    {
      variable: 'HOST',
      description: 'Address that the server listens on.',
      allowed: 'a host name or IP address',
      fallback: '127.0.0.1',
    },
    z.string().regex(/^[\w.:-]+$/),
  ),
  port: option(
    {
      variable: 'PORT',
      description: 'Port that the server listens on; 0 picks a free one.',
      allowed: 'a whole number from 0 to 65535',
      fallback: '4000',
    },
    wholeNumber(0, 65_535),
  ),
  dataFolder: option(
    {
      variable: 'PROBELOG_DATA',
      description: 'Folder for the embedded database, stored files and search snapshots.',
      allowed: 'a folder path',
      fallback: './data',
    },
    z.string().min(1),
  ),
  databaseUrl: option(
    {
      variable: 'DATABASE_URL',
      description: 'PostgreSQL server to use instead of the embedded database.',
      allowed: 'postgresql://user:password@host:port/database',
      secret: true,
    },
    z
      .string()
      .regex(/^postgres(ql)?:\/\/.+/)
      .optional(),
  ),
  databaseSchema: option(
    {
      variable: 'PROBELOG_DATABASE_SCHEMA',
      description:
        'PostgreSQL schema of the tables on that server; made when it is not there. Several ProbeLogs, and other programs, share a database by schemas of their own.',
      allowed: 'lower-case letters, digits and _, at most 63, not beginning with a digit or pg_',
      fallback: 'public',
    },
    z.string().regex(/^(?!pg_)[a-z_][a-z\d_]{0,62}$/),
  ),
  textEncoder: option(
    {
      variable: 'PROBELOG_TEXT_ENCODER',
      description: 'Text–image encoder: a local folder in CLIP file layout, or a Hugging Face Hub id.',
      allowed: 'a folder path (./demo/encoder) or an id (owner/name)',
      fallback: 'Xenova/clip-vit-base-patch32',
    },
    z.string().min(1),
  ),
  subgraph: option(
    {
      variable: 'PROBELOG_SUBGRAPH',
      description:
        'Whether GraphQL is served as a subgraph of Apollo Federation 2 (docs/federation.md); `serve --subgraph` is the same.',
      allowed: 'true or false',
      fallback: 'false',
    },
    flag(),
  ),
  subgraphModel: option(
    {
      variable: 'PROBELOG_SUBGRAPH_MODEL',
      description:
        "Name of the supergraph's type for a model version, to which the subgraph adds its fields.",
      allowed: 'the name of a type, such as RegisteredModel',
      fallback: 'Model',
    },
    typeName(),
  ),
  subgraphKey: option(
    {
      variable: 'PROBELOG_SUBGRAPH_KEY',
      description:
        'Key fields of that type, and what each holds: the id that ProbeLog gave, or the name or version under which a model was registered. A name alone is its newest version that can be searched.',
      allowed:
        'id, name, or name,version; a field that is called otherwise as field=id, field=name, field=version',
      fallback: 'id',
    },
    keyFields(),
  ),
  subgraphPrefix: option(
    {
      variable: 'PROBELOG_SUBGRAPH_PREFIX',
      description:
        'Stands before the names of all other types and of root fields, where a supergraph has such names already: with ProbeLog, Logit is ProbeLogLogit and logits probeLogLogits. Unset: nothing does.',
      allowed: 'a name that begins with a capital, such as ProbeLog',
    },
    typeName().optional(),
  ),
  logLevel: option(
    {
      variable: 'LOG_LEVEL',
      description: 'Least severe level that is logged.',
      allowed: LOG_LEVELS.join(', '),
      fallback: 'info',
    },
    z.enum(LOG_LEVELS),
  ),
  probeSet: option(
    {
      variable: 'PROBELOG_PROBE_SET',
      description: 'Name of the default probe set; unset, the oldest one.',
      allowed: 'the name of a probe set',
    },
    z.string().min(1).optional(),
  ),
  modelFolders: option(
    {
      variable: 'PROBELOG_MODEL_FOLDERS',
      description:
        'Folders from which `ingestModel` may read local files. Unset: anywhere while HOST is a loopback address, nowhere otherwise. The command line may always read what its user can.',
      allowed: 'comma-separated folder paths',
    },
    commaList().optional(),
  ),
  privateAddresses: option(
    {
      variable: 'PROBELOG_PRIVATE_ADDRESSES',
      description: 'Private or loopback address ranges from which models may be downloaded.',
      allowed: 'comma-separated IP addresses or CIDR ranges, such as 10.1.0.0/16,127.0.0.1',
      fallback: '',
    },
    addressRanges(),
  ),
  s3Buckets: option(
    {
      variable: 'PROBELOG_S3_BUCKETS',
      description:
        'Buckets, or beginnings of keys in them, from which s3://bucket/key may be read. Unset: none.',
      allowed: 'comma-separated bucket or bucket/prefix, such as models,shared/onnx',
    },
    bucketList().optional(),
  ),
  s3Endpoint: option(
    {
      variable: 'PROBELOG_S3_ENDPOINT',
      description:
        'Address of an S3-compatible store; it may be private. Unset: that of AWS in PROBELOG_S3_REGION.',
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
      description: 'Access key that may read them.',
      allowed: 'printable ASCII',
    },
    headerSecret().optional(),
  ),
  s3SecretAccessKey: option(
    {
      variable: 'PROBELOG_S3_SECRET_ACCESS_KEY',
      description: 'Its secret, which signs requests and is never sent.',
      allowed: 'printable ASCII',
      secret: true,
    },
    headerSecret().optional(),
  ),
  s3SecretAccessKeyFile: option(
    {
      variable: 'PROBELOG_S3_SECRET_ACCESS_KEY_FILE',
      description: 'File with that secret, instead of PROBELOG_S3_SECRET_ACCESS_KEY.',
      allowed: 'the path of a readable file with one secret',
      secret: true,
    },
    headerSecretFile().optional(),
  ),
  s3SessionToken: option(
    {
      variable: 'PROBELOG_S3_SESSION_TOKEN',
      description: 'Session token of temporary credentials.',
      allowed: 'printable ASCII',
      secret: true,
    },
    headerSecret().optional(),
  ),
  s3SessionTokenFile: option(
    {
      variable: 'PROBELOG_S3_SESSION_TOKEN_FILE',
      description: 'File with that token, instead of PROBELOG_S3_SESSION_TOKEN.',
      allowed: 'the path of a readable file with one token',
      secret: true,
    },
    headerSecretFile().optional(),
  ),
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
  maxProbePixels: option(
    {
      variable: 'PROBELOG_MAX_PROBE_PIXELS',
      description: 'Largest probe image accepted, in pixels.',
      allowed: 'a whole number from 1,024 to 1,000,000,000',
      fallback: '25000000',
    },
    wholeNumber(1_024, 1_000_000_000),
  ),
  modelMemoryBytes: option(
    {
      variable: 'PROBELOG_MODEL_MEMORY',
      description: 'Memory that a model under probing may take before its process is ended.',
      allowed: 'a size from 256 MiB to 1,024 GiB',
      fallback: '4GiB',
    },
    byteSize(2 ** 28, 2 ** 40),
  ),
  modelStallSeconds: option(
    {
      variable: 'PROBELOG_MODEL_STALL_SECONDS',
      description: 'Time without a finished batch after which a model counts as hanging.',
      allowed: 'a whole number from 1 to 86400',
      fallback: '120',
    },
    wholeNumber(1, 86_400),
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
  ingestConcurrency: option(
    {
      variable: 'PROBELOG_INGEST_CONCURRENCY',
      description: 'Models probed at the same time by this process.',
      allowed: 'a whole number from 1 to 64',
      fallback: '1',
    },
    wholeNumber(1, 64),
  ),
  ingestAttempts: option(
    {
      variable: 'PROBELOG_INGEST_ATTEMPTS',
      description:
        'How often an ingest is tried that fails for a reason that may pass, such as a source that does not answer; 1 never tries again.',
      allowed: 'a whole number from 1 to 100',
      fallback: '8',
    },
    wholeNumber(1, 100),
  ),
  retrySeconds: option(
    {
      variable: 'PROBELOG_RETRY_SECONDS',
      description:
        'Time before the second attempt; each further one waits twice as long, up to an hour, less a random part of up to half.',
      allowed: 'a number from 0.01 to 3600',
      fallback: '5',
    },
    decimalNumber(0.01, 3_600),
  ),
  ingestKills: option(
    {
      variable: 'PROBELOG_INGEST_KILLS',
      description:
        'How often in a row the process may be killed that works on an ingest, without a batch finished between, before the ingest is taken for the cause and fails.',
      allowed: 'a whole number from 1 to 1000',
      fallback: '5',
    },
    wholeNumber(1, 1_000),
  ),
  probingBudget: option(
    {
      variable: 'PROBELOG_PROBING_BUDGET',
      description:
        'Share of the probes that a model is run on once the gallery has earned it (docs/collaborative-probing.md); 1 runs all of them, always.',
      allowed: 'a number from 0.02 to 1',
      fallback: '0.34',
    },
    decimalNumber(0.02, 1),
  ),
  probingErrorBound: option(
    {
      variable: 'PROBELOG_PROBING_ERROR_BOUND',
      description:
        "Probing ends before the budget is used up when the expected error of a model's logits falls to this; 0 never ends it early.",
      allowed: 'a number from 0 to 1',
      fallback: '0',
    },
    decimalNumber(0, 1),
  ),
  probingErrorFactor: option(
    {
      variable: 'PROBELOG_PROBING_ERROR_FACTOR',
      description:
        "A model is run on all probes when the expected error of its logits after the budget is above so many times that of the gallery's own models; 0: never.",
      allowed: 'a number from 0 to 100',
      fallback: '2',
    },
    decimalNumber(0, 100),
  ),
  pixelCacheBytes: option(
    {
      variable: 'PROBELOG_PIXEL_CACHE',
      description: 'Disk space for resized probe images, shared by models with the same input geometry.',
      allowed: 'a size from 0 to 1,024 GiB',
      fallback: '2GiB',
    },
    byteSize(0, 2 ** 40),
  ),
  exactLimit: option(
    {
      variable: 'PROBELOG_EXACT_LIMIT',
      description: 'Largest gallery, in logits, that is searched by exact scan instead of the FAISS index.',
      allowed: 'a whole number from 0 to 10,000,000',
      fallback: '20000',
    },
    wholeNumber(0, 10_000_000),
  ),
  sweepMinutes: option(
    {
      variable: 'PROBELOG_SWEEP_MINUTES',
      description:
        'How often the server lists the registries that can be listed (PROBELOG_MLFLOW_URL, PROBELOG_HUGGINGFACE_REPOSITORIES) and makes up for what their webhooks did not tell; 0 is never.',
      allowed: 'a whole number from 0 to 10080',
      fallback: '15',
    },
    wholeNumber(0, 10_080),
  ),
  mlflowSecrets: option(
    {
      variable: 'PROBELOG_MLFLOW_SECRETS',
      description: 'Secrets of MLflow webhooks; several may be valid at once. Unset: the receiver is off.',
      allowed: 'comma-separated secrets',
      secret: true,
    },
    secretList().optional(),
  ),
  mlflowSecretsFile: option(
    {
      variable: 'PROBELOG_MLFLOW_SECRETS_FILE',
      description: 'File with more of them, beside or instead of PROBELOG_MLFLOW_SECRETS.',
      allowed: 'the path of a readable file with comma-separated secrets',
      secret: true,
    },
    secretFile().optional(),
  ),
  mlflowUrl: option(
    {
      variable: 'PROBELOG_MLFLOW_URL',
      description:
        'MLflow tracking server that models are read from; it may have a private address. Unset: none is.',
      allowed: 'an http(s) URL without user and password, such as https://mlflow.example.org',
    },
    serverUrl().optional(),
  ),
  mlflowToken: option(
    {
      variable: 'PROBELOG_MLFLOW_TOKEN',
      description: 'Bearer token for it; sent to that server only.',
      allowed: 'printable ASCII',
      secret: true,
    },
    headerSecret().optional(),
  ),
  mlflowTokenFile: option(
    {
      variable: 'PROBELOG_MLFLOW_TOKEN_FILE',
      description: 'File with that token, instead of PROBELOG_MLFLOW_TOKEN.',
      allowed: 'the path of a readable file with one token',
      secret: true,
    },
    headerSecretFile().optional(),
  ),
  mlflowWorkspaces: option(
    {
      variable: 'PROBELOG_MLFLOW_WORKSPACES',
      description: 'Workspaces that a sweep lists, for a server that has some. Unset: the default one.',
      allowed: 'comma-separated names; default is the default one',
    },
    commaList().optional(),
  ),
  mlflowUsername: option(
    {
      variable: 'PROBELOG_MLFLOW_USERNAME',
      description: 'User for it (basic authentication), when there is no token.',
      allowed: 'a user name without a colon',
    },
    z
      .string()
      .regex(/^[^:]+$/)
      .optional(),
  ),
  mlflowPassword: option(
    {
      variable: 'PROBELOG_MLFLOW_PASSWORD',
      description: 'Password of that user.',
      allowed: 'any text',
      secret: true,
    },
    z.string().optional(),
  ),
  mlflowPasswordFile: option(
    {
      variable: 'PROBELOG_MLFLOW_PASSWORD_FILE',
      description: 'File with that password, instead of PROBELOG_MLFLOW_PASSWORD.',
      allowed: 'the path of a readable file with one password',
      secret: true,
    },
    textFile().optional(),
  ),
  huggingfaceSecrets: option(
    {
      variable: 'PROBELOG_HUGGINGFACE_SECRETS',
      description:
        'Secrets of Hugging Face webhooks; several may be valid at once. Unset: the receiver is off.',
      allowed: 'comma-separated secrets',
      secret: true,
    },
    secretList().optional(),
  ),
  huggingfaceSecretsFile: option(
    {
      variable: 'PROBELOG_HUGGINGFACE_SECRETS_FILE',
      description: 'File with more of them, beside or instead of PROBELOG_HUGGINGFACE_SECRETS.',
      allowed: 'the path of a readable file with comma-separated secrets',
      secret: true,
    },
    secretFile().optional(),
  ),
  huggingfaceUrl: option(
    {
      variable: 'PROBELOG_HUGGINGFACE_URL',
      description:
        'Hugging Face Hub, or a mirror of it, that models are read from; it may have a private address.',
      allowed: 'an http(s) URL without user and password',
      fallback: 'https://huggingface.co',
    },
    serverUrl(),
  ),
  huggingfaceRepositories: option(
    {
      variable: 'PROBELOG_HUGGINGFACE_REPOSITORIES',
      description: 'What a sweep lists on the Hub: owners, or single repositories. Unset: nothing.',
      allowed: 'comma-separated owner or owner/name',
    },
    hubNames().optional(),
  ),
  huggingfaceToken: option(
    {
      variable: 'PROBELOG_HUGGINGFACE_TOKEN',
      description: 'Access token for private and gated repositories; sent to that address only.',
      allowed: 'printable ASCII',
      secret: true,
    },
    headerSecret().optional(),
  ),
  huggingfaceTokenFile: option(
    {
      variable: 'PROBELOG_HUGGINGFACE_TOKEN_FILE',
      description: 'File with that token, instead of PROBELOG_HUGGINGFACE_TOKEN.',
      allowed: 'the path of a readable file with one token',
      secret: true,
    },
    headerSecretFile().optional(),
  ),
  wandbSecrets: option(
    {
      variable: 'PROBELOG_WANDB_SECRETS',
      description:
        'Secrets that sign Weights & Biases webhooks; several may be valid at once. Unset: the receiver is off.',
      allowed: 'comma-separated secrets',
      secret: true,
    },
    secretList().optional(),
  ),
  wandbSecretsFile: option(
    {
      variable: 'PROBELOG_WANDB_SECRETS_FILE',
      description: 'File with more of them, beside or instead of PROBELOG_WANDB_SECRETS.',
      allowed: 'the path of a readable file with comma-separated secrets',
      secret: true,
    },
    secretFile().optional(),
  ),
  wandbTokens: option(
    {
      variable: 'PROBELOG_WANDB_TOKENS',
      description:
        'Bearer tokens (access tokens) of Weights & Biases webhooks, without which no delivery is taken.',
      allowed: 'comma-separated tokens',
      secret: true,
    },
    secretList().optional(),
  ),
  wandbTokensFile: option(
    {
      variable: 'PROBELOG_WANDB_TOKENS_FILE',
      description: 'File with more of them, beside or instead of PROBELOG_WANDB_TOKENS.',
      allowed: 'the path of a readable file with comma-separated tokens',
      secret: true,
    },
    secretFile().optional(),
  ),
  standardSecrets: option(
    {
      variable: 'PROBELOG_STANDARD_SECRETS',
      description:
        'Secrets of any other registry, by Standard Webhooks; several may be valid at once. Unset: the receiver is off.',
      allowed: 'comma-separated secrets in base64, with or without whsec_',
      secret: true,
    },
    secretList(isStandardSecret).optional(),
  ),
  standardSecretsFile: option(
    {
      variable: 'PROBELOG_STANDARD_SECRETS_FILE',
      description: 'File with more of them, beside or instead of PROBELOG_STANDARD_SECRETS.',
      allowed: 'the path of a readable file with comma-separated secrets in base64, with or without whsec_',
      secret: true,
    },
    secretFile(isStandardSecret).optional(),
  ),
  ...ACCESS_OPTIONS,
  ...LIMIT_OPTIONS,
};
