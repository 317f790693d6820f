/** One line of progress. */
export interface ProgressLine {
  update(done: number, total: number, note?: string): void;
  /** Ends the line with an outcome. */
  finish(note: string): void;
}

export interface ProgressDisplay {
  line(title: string): ProgressLine;
  close(): void;
}

/** Shows progress on standard error: as bars on a terminal, elsewhere as plain lines at the start and end of each thing. */
export async function openProgress(stream: NodeJS.WriteStream = process.stderr): Promise<ProgressDisplay> {
  return stream.isTTY ? barDisplay(stream) : plainDisplay(stream);
}

async function barDisplay(stream: NodeJS.WriteStream): Promise<ProgressDisplay> {
  const { MultiBar, Presets } = (await import('cli-progress')).default;
  const format = '{title} [{bar}] {value}/{total} {note}';
  const bars = new MultiBar({ stream, format, hideCursor: true, autopadding: true }, Presets.shades_classic);
  return {
    line(title) {
      const bar = bars.create(1, 0, { title: title.padEnd(28), note: '' });
      return {
        update(done, total, note = '') {
          bar.setTotal(Math.max(total, 1));
          bar.update(done, { note });
        },
        finish(note) {
          bar.update({ note });
          bar.stop();
        },
      };
    },
    close: () => bars.stop(),
  };
}

function plainDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  return {
    line(title) {
      stream.write(`${title} …\n`);
      return {
        update: () => undefined,
        finish: (note) => stream.write(`${title}: ${note}\n`),
      };
    },
    close: () => undefined,
  };
}
