import { MultiBar, Presets } from 'cli-progress';

/** One line of progress: a thing that is being done, and how far it is. */
export interface ProgressLine {
  update(done: number, total: number, note?: string): void;
  /** Ends the line with its outcome. */
  finish(note: string): void;
}

/** Shows progress: bars on a terminal, and elsewhere one plain line at the start and end of each thing. */
export interface ProgressDisplay {
  line(title: string): ProgressLine;
  close(): void;
}

/** @param stream where it is shown; standard error, so that standard output stays clean for pipes */
export function progressDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? barDisplay(stream) : plainDisplay(stream);
}

function barDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
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
