import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Calls that make, change or remove a file, or reach another program. `?`: not every processor has the call. */
const CALLS = [
  ...['?open', 'openat', '?openat2', '?creat', 'truncate', '?mkdir', 'mkdirat', '?mknod', 'mknodat'],
  ...['?rename', '?renameat', 'renameat2', '?link', 'linkat', '?symlink', 'symlinkat', '?unlink', 'unlinkat'],
  ...['connect', 'sendto', 'sendmsg', 'sendmmsg', 'execve'],
].join();

/** The longest text of a call that is recorded: paths are shorter. */
const TEXT = '4096';

/** What becomes, by `exec`, a process whose calls are recorded in a folder, with those of its children: a file for each thread. */
export function recordingIn(folder: string): string[] {
  return [
    'strace',
    '-D',
    '-ff',
    '-y',
    '-s',
    TEXT,
    '--seccomp-bpf',
    '-e',
    `trace=${CALLS}`,
    '-o',
    join(folder, 'thread'),
  ];
}

/** What processes did to the outside, by their calls. */
export interface Traces {
  /** The programs that were started: the last of each command line's arguments that is the path of a script. */
  scripts: Set<string>;
  /** Paths that were, or should have been, made, changed or removed. */
  changed: Set<string>;
  /** Addresses that were, or should have been, reached; also those of name servers. */
  reached: Set<string>;
}

/** Reads the calls that were recorded in a folder. Attempts that the system refused count, too. */
export async function readTraces(folder: string): Promise<Traces> {
  const traces: Traces = { scripts: new Set(), changed: new Set(), reached: new Set() };
  for (const name of await readdir(folder)) {
    for (const line of (await readFile(join(folder, name), 'utf8')).split('\n')) addCall(line, traces);
  }
  return traces;
}

const READS_ONLY = /\bO_RDONLY\b/;
const CREATES = /\bO_(CREAT|TRUNC|TMPFILE)\b/;

function addCall(line: string, { scripts, changed, reached }: Traces): void {
  const [, call, args] = /^(\w+)\((.*)/.exec(line) ?? [];
  if (call === undefined) return;
  if (call === 'execve') {
    for (const [, script] of args.matchAll(/"([^"]+\.[cm]?js)"/g)) scripts.add(script);
  } else if (/^(connect|send)/.test(call)) {
    const [, port, address] =
      /sin6?_port=htons\((\d+)\).*?"([^"]+)"/.exec(args) ?? /()sun_path=@?"([^"]+)"/.exec(args) ?? [];
    if (address !== undefined) reached.add(port ? `${address} ${port}` : address);
  } else if (!call.startsWith('open') || !READS_ONLY.test(args) || CREATES.test(args)) {
    for (const path of pathsOf(args)) changed.add(path);
  }
}

/**
 * Paths among arguments. `-y` prints the folder of a descriptor in angle brackets before a path; a relative path without one
 * stays relative.
 */
function pathsOf(args: string): string[] {
  return [...args.matchAll(/(?:<([^>]*)>, )?"([^"]*)"/g)].map(([, folder, path]) =>
    folder === undefined ? path : resolve(folder, path),
  );
}
