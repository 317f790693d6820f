import { readdirSync, readFileSync } from 'node:fs';

/** The kernel's ticks per second: 100 on every Linux since 2.6. */
const TICKS = 100;

/** Processor time of a process and of those that it started, in ms. Linux only. */
export interface ProcessorTime {
  own: number;
  /** Of its children and theirs. */
  others: number;
}

/** The processor time that a process and its descendants have taken so far. */
export function processorTime(pid: number): ProcessorTime {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  const own = all.find((process) => process.pid === pid)?.ms ?? 0;
  let others = 0;
  for (let parents = [pid]; parents.length > 0; ) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    others += children.reduce((sum, { ms }) => sum + ms, 0);
    parents = children.map((child) => child.pid);
  }
  return { own, others };
}

/** What was taken between two moments. */
export function since(before: ProcessorTime, now: ProcessorTime): ProcessorTime {
  return { own: now.own - before.own, others: now.others - before.others };
}

/** proc_pid_stat(5): the name is in parentheses and may have any letter. */
function statOf(pid: number): { pid: number; parent: number; ms: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ms = ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
    return { pid, parent: Number(fields[1]), ms };
  } catch {
    // It has ended.
    return null;
  }
}
