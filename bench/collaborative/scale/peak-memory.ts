import { readFileSync } from 'node:fs';

/** The most memory that this process ever had resident, MiB; null where the system does not tell (Linux does). */
export function peakMemory(): number | null {
  try {
    const kibibytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) / 1024;
  } catch {
    return null;
  }
}
