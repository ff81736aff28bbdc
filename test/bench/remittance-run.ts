import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What remittances.bench.ts says of one run. */
export interface RemittanceRun {
  seconds: number;
  peakMb: number;
  /** Claims posted a second: until they were appended, and until they were projected. */
  claims?: { appended: number; projected: number };
}

/** One run of remittances.bench.ts in a process of its own; undefined for a preparation, which says nothing. */
export async function runOf(...given: string[]): Promise<RemittanceRun | undefined> {
  const program = fileURLToPath(new URL('./remittances.bench.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, program, ...given]);
  return stdout === '' ? undefined : (JSON.parse(stdout) as RemittanceRun);
}
