import { join, resolve } from 'node:path';
import {
  type Config,
  type Environment,
  readSettings,
  type SettingProblem,
  variableOf,
} from '../../config/index.js';
import type { Store, StoreInspection } from '../../store/index.js';
import type { TextEncoder } from '../../text/index.js';
import { Skipped } from './check.js';

/** The folder of downloaded encoders within the data folder. */
const ENCODERS = 'encoders';

/**
 * The machine under examination: settings, data folder, database, encoder. Each is opened by the first check that needs it.
 *
 * The program's folders are imported when they are needed, here and in the checks. If one cannot be loaded because a package or
 * generated code is missing, that is a finding like any other.
 */
export class Machine {
  readonly problems: readonly SettingProblem[];
  private readonly settings: Partial<Config>;
  private look: Promise<StoreInspection | null> | undefined;
  private encoderOpened: Promise<TextEncoder> | undefined;

  constructor(
    readonly environment: Environment,
    /** Whether checks may use the network. */
    readonly network: boolean,
  ) {
    const { settings, problems } = readSettings(environment);
    this.settings = settings;
    this.problems = problems;
  }

  /** @throws Skipped if this setting is invalid */
  setting<Key extends keyof Config>(key: Key): Config[Key] {
    if (key in this.settings) return this.settings[key] as Config[Key];
    throw new Skipped(`${variableOf(key)} is invalid`);
  }

  /** All settings. @throws Skipped if one is invalid */
  config(): Config {
    if (this.problems.length === 0) return this.settings as Config;
    throw new Skipped('settings are invalid');
  }

  /** Absolute. @throws Skipped */
  get dataFolder(): string {
    return resolve(this.setting('dataFolder'));
  }

  /** Inspects the database; null if there is none yet. @throws Skipped; ProbelogError as `inspectStore` */
  database(): Promise<StoreInspection | null> {
    this.look ??= this.openDatabase();
    return this.look;
  }

  /** The store. @throws Skipped if it cannot be read */
  async store(): Promise<Store> {
    const look = await this.database().catch((thrown) => {
      throw thrown instanceof Skipped ? thrown : new Skipped('the database cannot be opened');
    });
    if (look === null) throw new Skipped('there is no database yet');
    const { pending, changed } = look.migrations;
    if (pending.length + changed.length > 0) throw new Skipped('the tables do not match this release');
    return look.store;
  }

  /** The encoder that the settings name, not yet loaded. @throws Skipped; ProbelogError TEXT_ENCODER_UNAVAILABLE */
  encoder(): Promise<TextEncoder> {
    this.encoderOpened ??= this.openEncoder();
    return this.encoderOpened;
  }

  /** The folder of files from the Hugging Face Hub. @throws Skipped */
  get encoderCache(): string {
    return join(this.dataFolder, ENCODERS);
  }

  async close(): Promise<void> {
    await (await this.encoderOpened?.catch(() => undefined))?.close();
    await (await this.look?.catch(() => undefined))?.close();
  }

  private async openDatabase(): Promise<StoreInspection | null> {
    const { dataFolder } = this;
    const databaseUrl = this.setting('databaseUrl');
    const databaseSchema = databaseUrl === undefined ? undefined : this.setting('databaseSchema');
    const { inspectStore } = await import('../../store/index.js');
    return inspectStore({ dataFolder, databaseUrl, databaseSchema });
  }

  private async openEncoder(): Promise<TextEncoder> {
    const model = this.setting('textEncoder');
    const cacheFolder = this.encoderCache;
    const { openTextEncoder } = await import('../../text/index.js');
    const maxMemoryBytes = this.setting('textEncoderMemoryBytes');
    return openTextEncoder({ model, cacheFolder, maxMemoryBytes });
  }
}
