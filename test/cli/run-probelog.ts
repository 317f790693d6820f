import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { runCli } from '../../src/cli/run-cli.js';
import { runDoctor } from '../../src/cli/run-doctor.js';
import { DEMO } from '../fixtures/demo-service.js';

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** The result of one command line. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command line that runs in a process of its own. */
export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves with everything printed so far once it matches. @throws Error when the process ends before */
  printed(pattern: RegExp): Promise<string>;
}

export interface RunOptions {
  dataFolder: string;
  environment?: Record<string, string>;
  /** Where a `.env` file may lie. */
  cwd?: string;
}

export interface StartOptions extends RunOptions {
  /** A program, with its arguments, that becomes the process. */
  launcher?: string[];
  /** Standard input; empty by default. */
  stdin?: 'ignore' | 'pipe';
}

/** Starts `probelog …` as a process: for signals, pipes, and servers that must be killed. */
export function startProbelog(args: string[], options: StartOptions): Running {
  copyTemplate(args, options);
  const [program, ...rest] = [...(options.launcher ?? []), process.execPath, MAIN, ...args];
  const child = spawn(program, rest, {
    cwd: options.cwd ?? options.dataFolder,
    env: environmentOf(options),
    stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...text }));
  return {
    child,
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(text.stdout + text.stderr)) resolve(text.stdout + text.stderr);
        };
        listeners.add(look);
        look();
        ended.then(() => reject(new Error(`ended without printing ${pattern}: ${text.stderr}`)));
      }),
  };
}

/** Spares a command that would create its data folder what is the same in every new one. */
function copyTemplate([command]: string[], { dataFolder, environment = {} }: StartOptions): void {
  const folder = join(dataFolder, 'data');
  const creates = ['serve', 'worker', 'ingest'].includes(command) && !environment.PROBELOG_DATA;
  if (creates && !environment.DATABASE_URL && !existsSync(folder))
    cpSync(inject('dataTemplate'), folder, { recursive: true });
}

/** Environment, working folder and output belong to the whole process: one command line at a time. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `probelog …` to its end, in this process: a process of its own spends seconds on loading the service. It sees the
 * environment, the working folder and the output that a process would.
 */
export function runProbelog(args: string[], options: RunOptions): Promise<Ended> {
  const ended = last.then(() => runHere(args, options));
  last = ended.catch(() => undefined);
  return ended;
}

async function runHere(args: string[], options: RunOptions): Promise<Ended> {
  const before = { env: process.env, cwd: process.cwd(), exitCode: process.exitCode };
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  process.env = environmentOf(options);
  process.chdir(options.cwd ?? options.dataFolder);
  process.exitCode = undefined;
  try {
    const code = await (args[0] === 'doctor' ? runDoctor(args) : runCli(args));
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.exitCode = before.exitCode;
    process.chdir(before.cwd);
    process.env = before.env;
    stderr.restore();
    stdout.restore();
  }
}

/** None of our own settings. */
function environmentOf({ dataFolder, environment = {} }: RunOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    PROBELOG_DATA: join(dataFolder, 'data'),
    PROBELOG_TEXT_ENCODER: join(DEMO, 'encoder'),
    PORT: '0',
    ...environment,
  };
}

/** Keeps what is written to a stream instead of writing it. */
function capture(stream: NodeJS.WriteStream): { text(): string; restore(): void } {
  const { write } = stream;
  const chunks: Buffer[] = [];
  stream.write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | ((error?: Error) => void),
    done?: (error?: Error) => void,
  ) => {
    chunks.push(
      typeof chunk === 'string'
        ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8')
        : Buffer.from(chunk),
    );
    const callback = typeof encoding === 'function' ? encoding : done;
    if (callback) process.nextTick(callback);
    return true;
  };
  return {
    text: () => Buffer.concat(chunks).toString('utf8'),
    restore: () => {
      stream.write = write;
    },
  };
}
