import { existsSync, readFileSync } from 'node:fs';

/**
 * The most memory that a process had resident, in MiB. Linux is asked for that of the program itself: what `getrusage`
 * gives there is at least what the parent had when it started the process.
 *
 * @param pid left out, this process
 * @returns undefined for another process where the system does not tell
 */
export function peakMbOf(pid: number): number | undefined;
export function peakMbOf(): number;
export function peakMbOf(pid?: number): number | undefined {
  const status = `/proc/${pid ?? 'self'}/status`;
  const kb = existsSync(status) && /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1];
  if (kb) return Number(kb) / 1024;
  return pid === undefined ? process.resourceUsage().maxRSS / 1024 : undefined;
}
