import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type LargeOptions,
  commandsFor,
  largeRemittanceFile,
} from '../support/known-remittances/large-file.js';
import type { AccountCommand } from '../../src/ledger/commands.js';

/** Small chunks keep more than the chunks small: what they hold is garbage before it is old. */
export const CHUNK = 1 << 15;

/** Writes a balanced 835 of about so many bytes, the same every time. */
export async function writeRemittances(file: string, bytes: number): Promise<void> {
  const text = Readable.from(largeRemittanceFile(largeOf(bytes)), { objectMode: false });
  await pipeline(text, createWriteStream(file));
}

/** What opens the accounts of the claims of such a file, and posts their charges. */
export function commandsBefore(bytes: number): Iterable<AccountCommand> {
  return commandsFor(largeOf(bytes));
}

function largeOf(bytes: number): LargeOptions {
  return { seed: 1, bytes };
}
