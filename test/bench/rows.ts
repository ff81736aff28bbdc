import type { Row } from './bench-row.js';

/** The rows of the table by their letters; loaded when asked for, so that a measure holds only what it needs. */
export const ROWS: Readonly<Record<string, () => Promise<{ row: Row }>>> = {
  a: () => import('./rows/a-commands.js'),
  b: () => import('./rows/b-http.js'),
  c: () => import('./rows/c-import.js'),
  d: () => import('./rows/d-rebuild.js'),
  e: () => import('./rows/e-long-account.js'),
  f: () => import('./rows/f-aging.js'),
  g: () => import('./rows/g-memory.js'),
  h: () => import('./rows/h-remittances.js'),
  i: () => import('./rows/i-x12.js'),
  p: () => import('./peers/p-peers.js'),
};
