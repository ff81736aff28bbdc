/*
 * The process of one measure, for bench-row.ts: `one-measure.js ROW MEASURE ARGUMENTS` takes it and tells its parent
 * what it came to.
 */
import type { MeasureDone, MeasureFailed } from './bench-row.js';
import { peakMbOf } from './peak-memory.js';
import { ROWS } from './rows.js';

const [letter, name, given] = process.argv.slice(2) as [string, string, string];
const { row } = await ROWS[letter]!.load();
let told: MeasureDone | MeasureFailed;
try {
  const figures = await row.measures[name]!(JSON.parse(given) as never);
  told = { figures, peakMb: peakMbOf() };
} catch (error) {
  console.error(error);
  told = { failed: (error as Error).message };
}
// Whatever is still open ends with it: the time that closing takes is nobody's figure.
process.send!(told, () => process.exit());
