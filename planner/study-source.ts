/** A study and its imports, read and checked for shape. */
import { librarySchema, type GraphDeclaration, type StudyDeclaration, studySchema } from '../schemas/study.ts';
import { type Shaped, checkShape } from './check-shape.ts';
import { startOf } from './decode-text.ts';
import type { DiagnosticList } from './diagnostic-list.ts';
import { loadDocument } from './load-document.ts';
import { type Place, below, keyLocation, valueLocation } from './place.ts';
import { type SourceFiles, isSameFile, pathBeside } from './source-files.ts';
import type { SourceDocument } from './source-node.ts';

export interface GraphDefinition {
  readonly name: string;
  readonly declaration: GraphDeclaration;
  readonly place: Place;
  /** Whether a step of it was left out for its shape. */
  readonly isLeftOut: (step: string) => boolean;
}

export interface StudySource {
  readonly declaration: StudyDeclaration;
  readonly place: Place;
  /** Whether something of the study was left out for its shape: `isLeftOut('steps', 'em')`. */
  readonly isLeftOut: Shaped<StudyDeclaration>['isLeftOut'];
  /** Graphs of the study and of its imports by name; undefined where one was left out for its shape. */
  readonly graphs: ReadonlyMap<string, GraphDefinition | undefined>;
  /** Whether every import could be read: if not, a graph that is not here may be in one of those. */
  readonly isComplete: boolean;
}

/** Documents by file, in the order in which they are read: their texts are needed to show what is wrong in them. */
export type Texts = Map<string, string>;

interface Reader {
  readonly files: SourceFiles;
  readonly list: DiagnosticList;
  readonly texts: Texts;
}

/** Reads a study; undefined where it cannot be read at all. */
export function readStudy(file: string, reader: Reader): StudySource | undefined {
  const document = readDocument(file, reader);
  if (document === 'missing') {
    reader.list.add({
      reason: 'file-missing',
      location: startOf(file),
      message: `There is no file \`${file}\`.`,
      remedy: 'Name a study, as in `espalier run pipelines/my-study.yaml`.',
    });
    return undefined;
  }
  if (document === undefined || isLibrary(document, reader)) return undefined;
  const shaped = checkShape(studySchema, document, reader.list);
  if (shaped === undefined) return undefined;
  const place: Place = { document, path: [] };
  const graphs = new Map<string, GraphDefinition | undefined>();
  enterGraphs({ document, shaped, graphs: shaped.value.graphs }, graphs, reader.list);
  let isComplete = true;
  for (const [index, written] of shaped.value.import.entries()) {
    if (!readImport(written, below(place, 'import', index), graphs, reader)) isComplete = false;
  }
  return { declaration: shaped.value, place, isLeftOut: shaped.isLeftOut, graphs, isComplete };
}

/** A file with nothing but graphs is for studies to import; as a study, everything would be missing. */
function isLibrary(document: SourceDocument, { list }: Reader): boolean {
  const keys = document.root.kind === 'map' ? [...document.root.entries.keys()] : [];
  if (keys.join() !== 'graphs') return false;
  list.add({
    reason: 'missing-key',
    location: keyLocation({ document, path: ['graphs'] }),
    message: 'This file holds only graphs: it is no study, but can be imported by one.',
    remedy: 'Name a study that imports it, or add `study:` and `steps:`.',
  });
  return true;
}

function readDocument(file: string, { files, list, texts }: Reader): SourceDocument | 'missing' | undefined {
  const bytes = files.read(file);
  if (bytes === undefined) return 'missing';
  texts.set(file, new TextDecoder('utf-8').decode(bytes));
  return loadDocument(file, bytes, list);
}

/** Adds the graphs of an imported file; false where it could not be read. */
function readImport(
  written: string,
  place: Place,
  graphs: Map<string, GraphDefinition | undefined>,
  reader: Reader,
): boolean {
  const file = pathBeside(place.document.file, written);
  const refuse = (message: string, remedy: string) => {
    reader.list.add({ reason: 'bad-import', location: valueLocation(place), message, remedy });
    return false;
  };
  if (isSameFile(file, place.document.file)) {
    return refuse('The study imports itself.', 'Import other files; graphs of this one are there already.');
  }
  if (reader.texts.has(file)) return refuse(`\`${file}\` is imported twice.`, 'Remove one of the two.');
  const document = readDocument(file, reader);
  if (document === 'missing')
    return refuse(`There is no file \`${file}\` to import.`, 'Paths begin at the folder of the study.');
  if (document !== undefined && document.root.kind === 'map' && document.root.entries.has('study')) {
    return refuse(
      `\`${file}\` is a study; only a file that holds nothing but \`graphs:\` can be imported.`,
      'Move its graphs into a file of their own, and import that in both studies.',
    );
  }
  const shaped = document && checkShape(librarySchema, document, reader.list);
  if (document === undefined || shaped === undefined) return false;
  enterGraphs({ document, shaped, graphs: shaped.value.graphs }, graphs, reader.list);
  return true;
}

interface GraphSource {
  readonly document: SourceDocument;
  readonly shaped: Pick<Shaped<unknown>, 'isLeftOut'>;
  readonly graphs: { readonly [name: string]: GraphDeclaration };
}

function enterGraphs(
  { document, shaped, graphs }: GraphSource,
  known: Map<string, GraphDefinition | undefined>,
  list: DiagnosticList,
): void {
  const root: Place = { document, path: ['graphs'] };
  for (const name of namesIn(root)) if (shaped.isLeftOut('graphs', name)) known.set(name, undefined);
  for (const [name, declaration] of Object.entries(graphs)) {
    const place = below(root, name);
    const first = known.get(name);
    if (first === undefined) {
      known.set(name, { name, declaration, place, isLeftOut: step => shaped.isLeftOut('graphs', name, 'steps', step) });
    } else {
      list.add({
        reason: 'name-clash',
        location: keyLocation(place),
        message: `There are two graphs called \`${name}\`.`,
        remedy: 'Rename one of them, or import only one of the files.',
        related: [{ location: keyLocation(first.place), note: 'the other one' }],
      });
    }
  }
}

function namesIn({ document }: Place): string[] {
  const { root } = document;
  const graphs = root.kind === 'map' ? root.entries.get('graphs')?.value : undefined;
  return graphs?.kind === 'map' ? [...graphs.entries.keys()] : [];
}
