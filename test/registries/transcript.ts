import { readFile, writeFile } from 'node:fs/promises';
import type { Delivered } from './deliver.js';

/** Whether the pages are written anew, rather than compared with what happens. */
const RECORDS = process.env.PROBELOG_RECORD === '1';
const BLOCK = /(^## Example run\n.*?^```text\n)(.*?)(^```$)/ms;

/** What was typed (`>>>`, `$`), sent (`>`) and answered (`<`), as pages of docs have it. */
export class Transcript {
  private readonly lines: string[] = [];

  delivered(path: string, { sent, status, body }: Delivered): void {
    this.lines.push(`> POST ${path}`);
    for (const [name, value] of Object.entries(sent.headers)) this.lines.push(`> ${name}: ${value}`);
    this.lines.push('>', ...sent.body.split('\n').map((line) => `> ${line}`));
    this.lines.push(`< ${status} ${JSON.stringify(body)}`, '');
  }

  /** Lines of Python. */
  typed(code: readonly string[]): void {
    this.lines.push(...code.map((line, index) => `${index === 0 ? '>>>' : '...'} ${line}`), '');
  }

  /** A command with what it printed. */
  ran(command: string, output: string): void {
    this.lines.push(`$ ${command}`, ...output.trimEnd().split('\n'), '');
  }

  asked(query: string): void {
    this.lines.push(...query.split('\n').map((line) => `> ${line}`));
  }

  answered(data: unknown): void {
    this.lines.push(`< ${JSON.stringify(data)}`);
  }

  gap(): void {
    this.lines.push('');
  }

  /**
   * Writes the page's transcript, when asked to.
   *
   * @param page in docs, without its ending
   * @returns the page's and this one, without what differs from run to run: ids, times, signatures, ports, and what progress
   * was seen
   */
  async compare(page: string): Promise<{ shown: string[]; happened: string[] }> {
    const path = new URL(`../../docs/${page}.md`, import.meta.url);
    const text = await readFile(path, 'utf8');
    if (RECORDS) {
      const block = `${this.lines.join('\n')}\n`;
      await writeFile(
        path,
        text.replace(BLOCK, (_, before, __, after) => before + block + after),
      );
      return { shown: [], happened: [] };
    }
    const shown = BLOCK.exec(text)?.[2].trimEnd().split('\n') ?? [];
    return { shown: steady(shown), happened: steady(this.lines) };
  }
}

function steady(lines: readonly string[]): string[] {
  return lines
    .filter((line) => !/"state":"(QUEUED|RUNNING)"/.test(line))
    .map((line) => line.replace(/[\w+/-]{20,}={0,2}/g, '…').replace(/\d+/g, '#'));
}
