import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hospital } from '../../src/generator/hospital.js';
import type { AccountCommand } from '../../src/ledger/commands.js';

/** In two years of the hospital there are some 28 to an account; fewer while it is small. */
const COMMANDS_AN_ACCOUNT = 24;

/**
 * The first so many commands of a made-up hospital that is large enough for them.
 *
 * @throws when it was not
 */
export function* hospitalOf(commands: number): Generator<AccountCommand> {
  const accounts = Math.ceil(commands / COMMANDS_AN_ACCOUNT);
  let left = commands;
  for (const command of hospital({ accounts, months: 24, seed: 1 })) {
    yield command;
    left -= 1;
    if (left === 0) return;
  }
  throw new Error(`the hospital has ${left} commands too few`);
}

/** Writes such commands to a file, as `arledger generate` would. */
export async function writeCommands(file: string, commands: number): Promise<void> {
  function* lines(): Generator<string> {
    for (const command of hospitalOf(commands)) yield `${JSON.stringify(command)}\n`;
  }
  await pipeline(Readable.from(lines(), { objectMode: false }), createWriteStream(file));
}
