import { ProbelogError } from '../../errors/index.js';

/** A commit of a repository. */
export interface RepoCommit {
  /** `owner/name`, or a name alone. */
  name: string;
  sha: string;
}

/** `hf://owner/name@<commit>` */
export function commitUri({ name, sha }: RepoCommit): string {
  return `hf://${name}@${sha}`;
}

/** @throws ProbelogError INPUT_INVALID for anything but a commit: the files of a branch change */
export function parseCommitUri(uri: string): RepoCommit {
  const match = /^hf:\/\/([\w.-]{1,96}(?:\/[\w.-]{1,96})?)@([0-9a-f]{40}(?:[0-9a-f]{24})?)$/.exec(uri);
  if (!match || match[1].split('/').some((part) => /^\.+$/.test(part))) {
    throw new ProbelogError('INPUT_INVALID', 'The source is not of the form hf://owner/name@<commit>.');
  }
  return { name: match[1], sha: match[2] };
}
