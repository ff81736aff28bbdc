import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleUserProjections } from '../../src/event-store/eventstoredb/user-projections/bundle.js';
import { type Script, readScripts } from '../../src/event-store/eventstoredb/user-projections/scripts.js';

/** The user projections of the sources as they are now. */
export async function bundledScripts(): Promise<Script[]> {
  const folder = mkdtempSync(join(tmpdir(), 'arledger-scripts-'));
  try {
    await bundleUserProjections(folder);
    return await readScripts(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
