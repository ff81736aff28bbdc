import { Command, InvalidArgumentError } from 'commander';
import { runRows } from './run-rows.js';

interface Options {
  only?: string[];
  quick: boolean;
  large?: boolean;
  markdown: boolean;
  json?: string;
}

/**
 * Takes a table as the command line asks for it, and ends the process with an error where a row was not taken.
 *
 * @param script its name in package.json
 * @param letters its rows, in their order
 * @param large what `--large` adds; left out where nothing is larger
 */
export async function runTable(script: string, letters: readonly string[], large?: string): Promise<void> {
  const lettersOf = (given: string): string[] => {
    const asked = given.split(',');
    const unknown = asked.find((letter) => !letters.includes(letter));
    if (unknown !== undefined) throw new InvalidArgumentError(`there is no row ${unknown}`);
    return letters.filter((letter) => asked.includes(letter));
  };
  const program = new Command(`npm run ${script} --`)
    .option('--only <rows>', 'letters of rows, with commas between', lettersOf)
    .option('--quick', 'small sizes, to see that it works', false)
    .option('--markdown', 'the table as Markdown', false)
    .option('--json <file>', 'every line also there, one JSON object a line');
  if (large !== undefined) program.option('--large', large, false);
  const asked = program.parse().opts<Options>();
  const flags = [
    ...(asked.only ? ['--only', asked.only.join(',')] : []),
    ...(asked.quick ? ['--quick'] : []),
    ...(asked.large ? ['--large'] : []),
  ];
  const isWhole = await runRows({
    command: [`npm ci && npm run ${script}`, ...(flags.length > 0 ? ['--', ...flags] : [])].join(' '),
    letters: asked.only ?? letters,
    isQuick: asked.quick,
    isLarge: asked.large ?? false,
    isMarkdown: asked.markdown,
    json: asked.json,
  });
  process.exitCode = isWhole ? 0 : 1;
}
