import type { Command } from 'commander';
import { program } from '../../src/command-line/program.js';

/** The commands that do something, in place of those that only group others. */
export function leaves(command: Command = program()): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap((sub) => leaves(sub));
}

/** Their names as one types them. */
export function leafCommands(): string[] {
  return leaves().map((c) => (c.parent!.parent ? `${c.parent!.name()} ${c.name()}` : c.name()));
}
