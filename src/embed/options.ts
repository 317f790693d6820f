import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Log } from '../app/index.js';
import { type Config, loadConfig } from '../config/index.js';
import { ProbelogError } from '../errors/index.js';
import type { HostModel } from '../graphql/index.js';
import type { HostCaller } from './host-caller.js';

/** Returns the caller of a request to the host; null for an anonymous one. */
export type CallerOf = (request: IncomingMessage) => HostCaller | null | Promise<HostCaller | null>;

/** How ProbeLog runs inside another server. */
export interface ProbelogOptions {
  /** Folder for stored files and search files, and for the embedded database if there is no `databaseUrl`. */
  dataFolder: string;
  /** The host's PostgreSQL server. Without it, PostgreSQL runs inside this process. */
  databaseUrl?: string;
  /** PostgreSQL schema of our tables, created if missing; `probelog` when absent. */
  databaseSchema?: string;
  /** Text–image encoder: a local folder in CLIP file layout, or a Hugging Face Hub id. */
  textEncoder?: string;
  /** The default probe set. With `source` (a folder or archive of images), it is created if missing. */
  probes?: { name: string; source?: string };
  /** Folders that model files may be read from; none when absent, on whatever address the host listens. */
  modelFolders?: readonly string[];
  /** Whether this process runs ingests; true when absent. */
  work?: boolean;
  /** Where `handler` is mounted; `/probelog` when absent. */
  path?: string;
  /** Prefix of our types and root fields (`Probelog`: `ProbelogLogit`, `probelogLogits`); none when absent. */
  prefix?: string;
  /** The host's type for a model version, which gets our fields; our own type when absent. */
  model?: HostModel;
  /** The registry name of the host's models; `host` when absent. */
  registry?: string;
  /**
   * The caller of a request to `handler`; null is an anonymous one. Webhooks are authenticated by their signatures alone. When
   * absent, every request that the host lets through may do everything, and so may a `context()` without a caller.
   */
  caller?: CallerOf;
  /** Any other setting, by its variable in docs/configuration.md. The environment of the process is not read. */
  settings?: Readonly<Record<string, string>>;
  /** Receives log entries; when absent, warnings and errors go to standard error. */
  log?: Log;
}

/** Validated options with their defaults. */
export interface ValidOptions {
  config: Config;
  probeSource: string | undefined;
  work: boolean;
  basePath: string;
  prefix: string;
  model: HostModel | undefined;
  registry: string;
  caller: CallerOf | undefined;
  log: Log | undefined;
}

const graphqlName = z.string().regex(/^[A-Z][A-Za-z\d]*$/, 'a name such as RegisteredModel');
const method = z.custom<never>((value) => typeof value === 'function', 'a function');

const schema = z.strictObject({
  dataFolder: z.string().min(1),
  databaseUrl: z.string().optional(),
  databaseSchema: z.string().default('probelog'),
  textEncoder: z.string().optional(),
  probes: z.strictObject({ name: z.string().min(1), source: z.string().min(1).optional() }).optional(),
  modelFolders: z.array(z.string().regex(/^[^,]+$/, 'a path without a comma')).default([]),
  work: z.boolean().default(true),
  path: z
    .string()
    .regex(/^(\/[\w.~-]+)+$/, 'a path such as /probelog')
    .default('/probelog'),
  prefix: graphqlName.optional(),
  model: z.strictObject({ type: graphqlName, key: method.optional(), load: method.optional() }).optional(),
  registry: z.string().min(1).max(300).default('host'),
  caller: method.optional(),
  settings: z.record(z.string(), z.string()).default({}),
  log: method.optional(),
});

/** Settings that are an option, or that the host decides. */
const NOT_IN_SETTINGS: Readonly<Record<string, string>> = {
  HOST: 'the host server decides where it listens',
  PORT: 'the host server decides where it listens',
  PROBELOG_DATA: 'use the option dataFolder',
  DATABASE_URL: 'use the option databaseUrl',
  PROBELOG_DATABASE_SCHEMA: 'use the option databaseSchema',
  PROBELOG_TEXT_ENCODER: 'use the option textEncoder',
  PROBELOG_PROBE_SET: 'use the option probes',
  PROBELOG_MODEL_FOLDERS: 'use the option modelFolders',
  PROBELOG_ALLOW_ANONYMOUS: 'the host authenticates callers; use the option caller and context(caller)',
  PROBELOG_OIDC_ISSUER: 'the host authenticates callers; use the option caller and context(caller)',
};

/** @throws ProbelogError CONFIG_INVALID naming every invalid option, and what is valid */
export function validateOptions(options: ProbelogOptions): ValidOptions {
  const result = schema.safeParse(options);
  if (!result.success) {
    refuse(result.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`));
  }
  const valid = result.data;
  const misplaced = Object.keys(valid.settings).filter((name) => Object.hasOwn(NOT_IN_SETTINGS, name));
  if (misplaced.length > 0)
    refuse(misplaced.map((name) => `settings.${name}: not a setting here; ${NOT_IN_SETTINGS[name]}`));
  return {
    config: configOf(valid),
    probeSource: valid.probes?.source,
    work: valid.work,
    basePath: valid.path,
    prefix: valid.prefix ?? '',
    model: options.model,
    registry: valid.registry,
    caller: options.caller,
    log: options.log,
  };
}

function configOf(valid: z.output<typeof schema>): Config {
  const config = loadConfig({
    ...valid.settings,
    PROBELOG_DATA: valid.dataFolder,
    DATABASE_URL: valid.databaseUrl,
    PROBELOG_DATABASE_SCHEMA: valid.databaseSchema,
    PROBELOG_TEXT_ENCODER: valid.textEncoder,
    PROBELOG_PROBE_SET: valid.probes?.name,
    PROBELOG_MODEL_FOLDERS: valid.modelFolders.join(','),
  });
  // Unset would mean "any folder" for a server on a loopback address, and where the host listens is unknown here.
  return { ...config, modelFolders: valid.modelFolders };
}

function refuse(problems: string[]): never {
  throw new ProbelogError(
    'CONFIG_INVALID',
    `The options of createProbelog are invalid.\n  ${problems.join('\n  ')}`,
  );
}
