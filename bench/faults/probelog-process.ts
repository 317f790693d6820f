import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside the sources, or in the build. */
const MAIN = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../dist/src/cli/main.js' : '../../src/cli/main.js',
    import.meta.url,
  ),
);

/** One `probelog` process that is killed and started again and again. */
export class ProbelogProcess {
  private child: ChildProcess | undefined;
  private ready: Promise<void> = Promise.resolve();

  /** @param logFile takes all that it prints */
  constructor(
    readonly title: string,
    private readonly args: string[],
    private readonly environment: Record<string, string>,
    private readonly readyLine: RegExp,
    private readonly logFile: string,
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    const env = { PATH: process.env.PATH, ...this.environment };
    const child = spawn(process.execPath, [MAIN, ...this.args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    this.ready = new Promise((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          appendFileSync(this.logFile, text);
          if (this.readyLine.test(text)) resolve();
        });
      }
      child.once('exit', (code, signal) => {
        if (signal === 'SIGKILL') resolve();
        else reject(new Error(`${this.title} ended with ${code ?? signal}; its log is ${this.logFile}`));
      });
    });
    this.ready.catch(() => undefined);
  }

  /** Once it works. @throws Error when it ended by itself */
  isReady(): Promise<void> {
    return this.ready;
  }

  /** kill -9; resolves when the process is gone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }
}
