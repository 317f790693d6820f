import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEMO } from '../fixtures/demo-service.js';

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** How a command line ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command line that runs. */
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
  /** What standard input is: closed unless said. */
  stdin?: 'ignore' | 'pipe';
}

/** Starts `probelog …` with none of our own settings in its environment. */
export function startProbelog(
  args: string[],
  { dataFolder, environment = {}, cwd = dataFolder, stdin = 'ignore' }: RunOptions,
): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: {
      PATH: process.env.PATH,
      PROBELOG_DATA: join(dataFolder, 'data'),
      PROBELOG_TEXT_ENCODER: join(DEMO, 'encoder'),
      PORT: '0',
      ...environment,
    },
    stdio: [stdin, 'pipe', 'pipe'],
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

/** Runs `probelog …` to its end. */
export function runProbelog(args: string[], options: RunOptions): Promise<Ended> {
  return startProbelog(args, options).ended;
}
