import type { DownloadLimits } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { RegistryReader, ResolvedVersion, RunnerVersion } from '../reader.js';
import { parseSidecar } from '../registry-json.js';
import { chooseFile } from './choose-file.js';
import { parseCommitUri } from './commit-uri.js';
import { HubApi, type HubConnection } from './hub-api.js';
import { HuggingFaceListing } from './listing.js';
import { runnerFlavors } from './runner-flavors.js';

/** See `ResolvedVersion.sidecars`. */
const ABOVE = '../';
const SHA256 = /^[0-9a-f]{64}$/;

/** Reads the Hugging Face Hub, commit by commit. */
export class HuggingFaceReader implements RegistryReader {
  readonly name = 'huggingface';
  readonly scheme = 'hf';
  readonly listing: HuggingFaceListing | null;
  private readonly api: HubApi;

  constructor(connection: HubConnection, limits: DownloadLimits) {
    const { repositories } = connection;
    this.api = new HubApi(connection, limits);
    this.listing = repositories ? new HuggingFaceListing(connection, repositories, limits) : null;
  }

  async resolve(uri: string, signal?: AbortSignal): Promise<ResolvedVersion | RunnerVersion> {
    const commit = parseCommitUri(uri);
    const files = await this.api.files(commit, signal);
    const paths = files.map(({ path }) => path);
    if (!paths.some((path) => path.endsWith('.onnx'))) {
      const config = paths.includes('config.json')
        ? await this.api.text(commit, 'config.json', signal)
        : null;
      return { flavors: runnerFlavors(commit.name, paths, parseSidecar(config)), revision: commit.sha };
    }
    const choice = chooseFile(paths);
    if ('problem' in choice) {
      throw new ProbelogError(
        'SOURCE_NOT_FOUND',
        `The model file of ${commit.name} is unclear: ${choice.problem}.`,
      );
    }
    // Files outside large file storage have a Git hash only.
    const sha256Of = (wanted: string) => {
      const digest = files.find(({ path }) => path === wanted)?.lfs?.oid;
      return digest !== undefined && SHA256.test(digest) ? digest : undefined;
    };
    const folder = choice.path.slice(0, choice.path.lastIndexOf('/') + 1);
    const own = namesIn(paths, folder);
    const above = folder === '' ? [] : namesIn(paths, '');
    return {
      file: this.api.file(commit, choice.path),
      revision: commit.sha,
      sha256: sha256Of(choice.path),
      beside: (path) =>
        paths.includes(folder + path)
          ? { file: this.api.file(commit, folder + path), sha256: sha256Of(folder + path) }
          : null,
      sidecars: {
        names: [...own, ...above.map((name) => (own.includes(name) ? ABOVE + name : name))],
        file: (name) => this.api.file(commit, own.includes(name) ? folder + name : name.replace(ABOVE, '')),
      },
    };
  }
}

/** The names of the files in a folder. @param folder with a slash at its end; empty for the repository's own */
function namesIn(paths: readonly string[], folder: string): string[] {
  const inside = paths.filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length));
  return inside.filter((name) => !name.includes('/'));
}
