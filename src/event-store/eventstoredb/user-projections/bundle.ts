import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, build } from 'esbuild';
import { balances } from '../../../../projections/balances.js';
import { denials } from '../../../../projections/denials.js';
import { openItems } from '../../../../projections/open-items.js';
import { headerLine, nameInServer } from './scripts.js';

/** Folds whose state for one account is bounded; history and journal grow with every event. */
const BOUNDED = { balances, openItems, denials };

/** Where `projections` and `src` lie, as TypeScript or compiled. */
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** What zod says in other languages is half of it, and is never read inside the server. */
const withoutTranslations: Plugin = {
  name: 'without-translations',
  setup: (building) => {
    building.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export {};',
    }));
  },
};

/**
 * Makes one script of each fold with all that it needs, the codec and its schemas as they are, for the JavaScript engine
 * inside EventStoreDB. Runs when arledger is built: the program that is shipped knows no bundler.
 *
 * @param folder where the scripts go, each named by its fold
 */
export async function bundleUserProjections(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(
    Object.entries(BOUNDED).map(async ([variable, { name, version }]) => {
      const code = await bundled(`
        import { ${variable} } from './projections/${name}.js';
        import { userProjection } from './projections/user-projection.js';
        import { decode } from './src/event-store/codec.js';
        fromCategory('account').foreachStream().when(userProjection(${variable}, decode));`);
      const content = createHash('sha256').update(code).digest('hex').slice(0, 16);
      const header = headerLine({ name: nameInServer(name), version, content });
      await writeFile(join(folder, `${name}.js`), `${header}\n${code}`);
    }),
  );
}

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    format: 'iife',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    // What Jint of 23.10 understands.
    target: 'es2020',
    minify: true,
    legalComments: 'inline',
    plugins: [withoutTranslations],
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}
