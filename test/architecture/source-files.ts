/** The project's own sources and what each imports, for the architecture tests. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const sourceFolders = ['schemas', 'planner', 'workflows', 'activities', 'models', 'stats', 'store', 'worker'];

export interface SourceImport {
  /** As written; relative ones resolved to a path from the root. */
  readonly from: string;
  readonly relative: boolean;
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** Path from the root, with forward slashes. */
  readonly file: string;
  readonly text: string;
  readonly imports: readonly SourceImport[];
}

/** Every TypeScript file below the given folders. */
export function sourceFiles(folders: readonly string[] = sourceFolders): SourceFile[] {
  return folders.flatMap(folder => readFolder(folder)).map(readSource);
}

function readFolder(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.tsx?$/.test(name))
    .map(name => `${folder}/${name.split(path.sep).join('/')}`)
    .sort();
}

function readSource(file: string): SourceFile {
  const text = readFileSync(path.join(root, file), 'utf8');
  const { module } = parseSync(file, text);
  const statics = [
    ...module.staticImports.map(entry => ({
      from: entry.moduleRequest.value,
      typeOnly: entry.entries.length > 0 && entry.entries.every(each => each.isType),
    })),
    ...module.staticExports.flatMap(entry =>
      entry.entries.flatMap(each =>
        each.moduleRequest ? [{ from: each.moduleRequest.value, typeOnly: each.isType }] : [],
      ),
    ),
  ];
  const dynamics = module.dynamicImports.flatMap(({ moduleRequest }) => {
    const literal = /^['"](.*)['"]$/.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[1];
    return literal === undefined ? [] : [{ from: literal, typeOnly: false }];
  });
  const imports = [...statics, ...dynamics].map(({ from, typeOnly }) => {
    const relative = from.startsWith('.');
    return { from: relative ? path.posix.join(path.posix.dirname(file), from) : from, relative, typeOnly };
  });
  return { file, text, imports };
}
