import type { Row } from './bench-row.js';

export interface RowEntry {
  /** Some minutes that it takes at full size on two quiet cores, so that whoever waits knows. */
  minutes: number;
  /** Loaded when asked for, so that a measure holds only what it needs. */
  load: () => Promise<{ row: Row }>;
}

/** The rows of the table by their letters. */
export const ROWS: Readonly<Record<string, RowEntry>> = {
  a: { minutes: 6, load: () => import('./rows/a-commands.js') },
  b: { minutes: 2, load: () => import('./rows/b-http.js') },
  c: { minutes: 2, load: () => import('./rows/c-import.js') },
  d: { minutes: 3, load: () => import('./rows/d-rebuild.js') },
  e: { minutes: 1, load: () => import('./rows/e-long-account.js') },
  f: { minutes: 3, load: () => import('./rows/f-aging.js') },
  g: { minutes: 9, load: () => import('./rows/g-memory.js') },
  h: { minutes: 2, load: () => import('./rows/h-remittances.js') },
  i: { minutes: 1, load: () => import('./rows/i-x12.js') },
  p: { minutes: 8, load: () => import('./peers/p-commands.js') },
  q: { minutes: 1, load: () => import('./peers/q-rebuild.js') },
  r: { minutes: 5, load: () => import('./peers/r-journals.js') },
};
