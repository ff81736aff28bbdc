import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What every user projection of ours begins with; nothing else in the server is ever touched. */
const PREFIX = 'arledger-';

/** Where `npm run build` puts the scripts: beside the compiled sources. */
const BUILT = fileURLToPath(new URL('../../../../user-projections/', import.meta.url));

/** A fold as a user projection of EventStoreDB. */
export interface Script {
  /** Of the fold: `open-items`. */
  projection: string;
  /** In the server: `arledger-open-items`. */
  name: string;
  /** Of the fold. */
  version: number;
  /** Hash of everything that runs. */
  content: string;
  /** What is installed: a line that says all this, then the code. */
  query: string;
}

/** This program was built without its user projections. */
export class UserProjectionsNotBuilt extends Error {
  constructor(folder: string) {
    super(`there are no user projections in ${folder}: run npm run build`);
    this.name = 'UserProjectionsNotBuilt';
  }
}

/** The first line of a script. */
export function headerLine({ name, version, content }: Omit<Script, 'projection' | 'query'>): string {
  return `// ${name} version ${version} content ${content}`;
}

/** What the first line of an installed script says of it; undefined where it is not one of ours. */
export function headerOf(query: string): Pick<Script, 'version' | 'content'> | undefined {
  const [, version, content] =
    /^\/\/ arledger-\S+ version (\d{1,9}) content ([0-9a-f]{16})$/m.exec(query.split('\n', 1)[0]!) ?? [];
  return version === undefined || content === undefined ? undefined : { version: Number(version), content };
}

/** The name of a fold's user projection. */
export function nameInServer(projection: string): string {
  return PREFIX + projection;
}

/**
 * The scripts that were built, by the names of their folds.
 *
 * @throws UserProjectionsNotBuilt
 */
export async function readScripts(folder = BUILT): Promise<Script[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.js')).sort();
  if (files.length === 0) throw new UserProjectionsNotBuilt(folder);
  return Promise.all(
    files.map(async (file) => {
      const query = await readFile(join(folder, file), 'utf8');
      const header = headerOf(query);
      if (header === undefined) throw new UserProjectionsNotBuilt(folder);
      const projection = file.slice(0, -'.js'.length);
      return { projection, name: nameInServer(projection), ...header, query };
    }),
  );
}
