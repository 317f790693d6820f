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
 * What is under examination: settings, data folder, database, encoder. Each is opened by the first check that asks for it.
 *
 * The folders of the sources are imported here and in the checks when they are needed: one that cannot be loaded, for want of
 * a package or of generated code, is then a finding like any other.
 */
export class Machine {
  readonly problems: readonly SettingProblem[];
  private readonly settings: Partial<Config>;
  private look: Promise<StoreInspection | null> | undefined;
  private encoderOpened: Promise<TextEncoder> | undefined;

  constructor(
    readonly environment: Environment,
    /** Whether other machines may be asked. */
    readonly network: boolean,
  ) {
    const { settings, problems } = readSettings(environment);
    this.settings = settings;
    this.problems = problems;
  }

  /** @throws Skipped when this very setting is not usable */
  setting<Key extends keyof Config>(key: Key): Config[Key] {
    if (key in this.settings) return this.settings[key] as Config[Key];
    throw new Skipped(`${variableOf(key)} is not usable`);
  }

  /** All settings. @throws Skipped when one is not usable */
  config(): Config {
    if (this.problems.length === 0) return this.settings as Config;
    throw new Skipped('the settings are not usable');
  }

  /** Absolute. @throws Skipped */
  get dataFolder(): string {
    return resolve(this.setting('dataFolder'));
  }

  /** Opens the database to look at it; null when there is none yet. @throws Skipped; ProbelogError as `inspectStore` */
  database(): Promise<StoreInspection | null> {
    this.look ??= this.openDatabase();
    return this.look;
  }

  /** What is stored. @throws Skipped when it cannot be looked at */
  async store(): Promise<Store> {
    const look = await this.database().catch((thrown) => {
      throw thrown instanceof Skipped ? thrown : new Skipped('the database cannot be opened');
    });
    if (look === null) throw new Skipped('there is no database yet');
    const { pending, changed } = look.migrations;
    if (pending.length + changed.length > 0) throw new Skipped('the tables are not those of this release');
    return look.store;
  }

  /** The encoder of the settings; it is not run yet. @throws Skipped; ProbelogError TEXT_ENCODER_UNAVAILABLE */
  encoder(): Promise<TextEncoder> {
    this.encoderOpened ??= this.openEncoder();
    return this.encoderOpened;
  }

  /** Where files of the Hugging Face Hub are kept. @throws Skipped */
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
    return openTextEncoder({ model, cacheFolder });
  }
}
