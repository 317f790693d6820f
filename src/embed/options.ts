import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Log } from '../app/index.js';
import { type Config, loadConfig } from '../config/index.js';
import { ProbelogError } from '../errors/index.js';
import type { HostModel } from '../graphql/index.js';
import type { HostCaller } from './host-caller.js';

/** Tells who sends a request of the host's. */
export type CallerOf = (request: IncomingMessage) => HostCaller | null | Promise<HostCaller | null>;

/** How ProbeLog runs inside another server. */
export interface ProbelogOptions {
  /** Folder for stored files and search snapshots, and for the embedded database when there is no `databaseUrl`. */
  dataFolder: string;
  /** The host's PostgreSQL; without it PostgreSQL runs inside this process. */
  databaseUrl?: string;
  /** PostgreSQL schema of our tables, made when it is not there; `probelog` when absent. */
  databaseSchema?: string;
  /** Text–image encoder: a local folder in CLIP file layout, or a Hugging Face Hub id. */
  textEncoder?: string;
  /** The default probe set; with `source` (a folder or archive of images) it is made when it is not there. */
  probes?: { name: string; source?: string };
  /** Folders that model files may be read from; none when absent, whatever address the host listens on. */
  modelFolders?: readonly string[];
  /** Whether ingests are worked on in this process; true when absent. */
  work?: boolean;
  /** Where `handler` is mounted; `/probelog` when absent. */
  path?: string;
  /** Stands before the names of our types and root fields (`Probelog`: `ProbelogLogit`, `probelogLogits`); none when absent. */
  prefix?: string;
  /** The host's type for a model version, to which our fields are added; a type of our own when absent. */
  model?: HostModel;
  /** Under which name the host's models are known here, as those of a registry; `host` when absent. */
  registry?: string;
  /**
   * Who sends a request to `handler`; null is nobody, and webhooks are known by their signatures alone. When absent, whoever
   * the host lets through may do everything, and so may whoever `context()` is made for without a caller.
   */
  caller?: CallerOf;
  /** Any other setting, by its variable in docs/configuration.md. The process's own environment is not read. */
  settings?: Readonly<Record<string, string>>;
  /** Takes what is to be told to people; warnings and errors go to standard error when absent. */
  log?: Log;
}

/** Options, validated, with the defaults of those that are absent. */
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

/** Settings that an option has, or that another server decides. */
const NOT_IN_SETTINGS: Readonly<Record<string, string>> = {
  HOST: 'the host listens',
  PORT: 'the host listens',
  PROBELOG_DATA: 'it is the option dataFolder',
  DATABASE_URL: 'it is the option databaseUrl',
  PROBELOG_DATABASE_SCHEMA: 'it is the option databaseSchema',
  PROBELOG_TEXT_ENCODER: 'it is the option textEncoder',
  PROBELOG_PROBE_SET: 'it is the option probes',
  PROBELOG_MODEL_FOLDERS: 'it is the option modelFolders',
  PROBELOG_ALLOW_ANONYMOUS: 'the host says who asks, by the option caller and by context(caller)',
  PROBELOG_OIDC_ISSUER: 'the host says who asks, by the option caller and by context(caller)',
};

/** @throws ProbelogError CONFIG_INVALID naming every option that is wrong, and what would be right */
export function validateOptions(options: ProbelogOptions): ValidOptions {
  const result = schema.safeParse(options);
  if (!result.success) {
    refuse(result.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`));
  }
  const valid = result.data;
  const misplaced = Object.keys(valid.settings).filter((name) => Object.hasOwn(NOT_IN_SETTINGS, name));
  if (misplaced.length > 0)
    refuse(misplaced.map((name) => `settings.${name}: it has no place there; ${NOT_IN_SETTINGS[name]}`));
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
  // Unset would mean "anywhere" to a server that listens on loopback; where the host listens is not known here.
  return { ...config, modelFolders: valid.modelFolders };
}

function refuse(problems: string[]): never {
  throw new ProbelogError(
    'CONFIG_INVALID',
    `The options of createProbelog are not usable.\n  ${problems.join('\n  ')}`,
  );
}
