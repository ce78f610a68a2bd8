/** The bounds of a study, each with the reason for its size. Whatever is beyond one is refused at once, never slowly. */

/** A hand-written study is a few kilobytes, a generated one with a thousand steps about 200 kB; 2 MB parses in seconds. */
export const largestDocumentBytes = 2_000_000;

/** Values of a document after aliases: ten aliases of ten, ten times over, would be ten thousand million. */
export const mostDocumentValues = 400_000;

/** Lists and maps inside each other in `[ ]` and `{ }`: the YAML library recurses and dies at about 700. */
export const deepestFlow = 64;

/** Indentation in columns, which bounds how deep block lists and maps can be: at most as many levels as columns. */
export const deepestIndentation = 256;

/** A data file that an axis reads its values from, whole, while planning. */
export const largestAxisFileBytes = 64_000_000;

/** Values of one axis: more cells than this in one direction would be no study but a data set. */
export const mostAxisValues = 100_000;

/** Cells of a study, unless it says `limits: { cells }`: 200,000 plan in less than a minute in about 1 GB. */
export const mostCells = 200_000;

/** Gathered parts of all cells together: each is an entry in the plan; ten per cell at the largest study. */
export const mostParts = 4_000_000;

/** Steps after graphs are expanded: graphs of graphs double at every level, and cells are counted only after this. */
export const mostSteps = 20_000;

/** Graphs inside graphs. */
export const deepestGraph = 16;

/** Characters of an expression: a condition, not a program. */
export const longestExpression = 2_000;

/** Macros (`map`, `exists`, …) inside each other: each one multiplies the work by the length of its list. */
export const deepestMacro = 2;

/** Problems printed for one study: more than anybody mends in one go. */
export const mostDiagnostics = 200;

/** Cells of a branch: at about eight events each, its history stays under 4,000 events. */
export const largestBranch = 500;

/** Light cells take milliseconds, a workflow of their own some ten: siblings without heavy cells go together up to this. */
export const lightPack = 250;

/** A subtree up to this size stays one branch even in a small study. */
export const smallestBranchBound = 16;

/** Branches one coordinator should have: beyond, siblings are packed together. */
export const mostBranches = 250;

/** A branch holds about this share of a study's cells, so that one failing branch is a small part of it. */
export const cellsPerBranchBound = 200;
