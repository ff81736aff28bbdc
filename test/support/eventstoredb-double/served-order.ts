import type { FaultOptions, FaultPoint, FaultRates, FaultsByPoint } from './faults.js';

/** A fault planned from another process: the arguments of `Faults.next`. */
export type NextFault = {
  [P in FaultPoint]: { order: 'next'; point: P; kind: FaultsByPoint[P]; options?: FaultOptions };
}[FaultPoint];

/** What a double in a process of its own is told, one a line. */
export type ServedOrder =
  | NextFault
  | { order: 'always'; delayMs: number | [least: number, most: number] }
  | { order: 'seeded'; seed: number; rates: FaultRates }
  | { order: 'clear' }
  | { order: 'counts' }
  | { order: 'cut' }
  | { order: 'restart'; downMs?: number }
  | { order: 'foreign'; stream: string; count: number };
