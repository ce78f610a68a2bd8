/** What a run did: the graph of the study, its steps with their cells and hours, and what failed. */
import { type Block, type Inline, code, muted, paragraph, strong } from '../../activities/report/document.ts';
import { counted, shortened } from '../../activities/report/format-value.ts';
import { standaloneSvg } from '../../activities/report/standalone-svg.ts';
import { duration } from '../cli/quantities.ts';
import type { Counts } from '../run/run-view.ts';
import { runCommand } from './commands.ts';
import { drawGraph } from './graph/draw-graph.ts';
import type { FailureGroup, PageModel, StepTally } from './page-model.ts';

/** Where the graph's own file lies, relative to the page. */
const graphPath = 'figures/study.svg';

/** More names than this are not listed. */
const mostNames = 12;

const longestMessage = 1200;

export function graphBlocks({ graph }: PageModel): Block[] {
  return [
    { kind: 'heading', level: 2, text: 'The study', anchor: 'study' },
    {
      kind: 'figure',
      svg: drawGraph(graph, 'study-graph'),
      alternative: `The ${graph.steps.length} steps of the study and what each reads from; the table below lists them.`,
      path: graphPath,
      caption: [
        'Each box is a step, with its kind, its axes and the number of its cells; a box around several is a graph that the study uses as one step. Arrows lead from what is read to what reads it; those that longer ways imply are left out. Diamonds are gates, those that read the same and skip nothing in one; a dashed arrow leads to what a verdict may skip.',
      ],
    },
  ];
}

/** A quantity that stays on one line. */
function unbroken(quantity: string): string {
  return quantity.replaceAll(' ', '\u00A0');
}

/** The graph as a file of its own. */
export function graphFile({ graph }: PageModel): { readonly path: string; readonly svg: string } {
  return { path: graphPath, svg: standaloneSvg(drawGraph(graph, 'study-graph')) };
}

export function ranBlocks(model: PageModel): Block[] {
  const { ran } = model;
  const spent = ran.reduce((sum, { seconds }) => sum + seconds, 0);
  const saved = ran.reduce((sum, tally) => sum + tally.saved, 0);
  return [
    { kind: 'heading', level: 2, text: 'What ran', anchor: 'ran' },
    paragraph(
      `Work of this run: ${unbroken(duration(spent))}. Taken from the store instead of being computed again: ${unbroken(duration(saved))}.`,
    ),
    ranTable(ran),
    ...lostBlocks(model),
    ...changedBlocks(model),
    ...failureBlocks(model),
  ];
}

function ranTable(ran: readonly StepTally[]): Block {
  // A step whose `when` is false everywhere has no cells.
  const steps = ran.filter(({ cells }) => cells > 0);
  return {
    kind: 'table',
    label: 'Steps with their cells',
    columns: [
      { heading: 'step', align: 'left' },
      { heading: 'kind', align: 'left' },
      { heading: 'axes', align: 'left' },
      { heading: 'cells', align: 'right' },
      { heading: 'computed', align: 'right' },
      { heading: 'from the store', align: 'right' },
      { heading: 'without a result', align: 'left' },
      { heading: 'time', align: 'right' },
      { heading: 'time saved', align: 'right' },
    ],
    rows: steps.map(({ step, use, axes, cells, states, seconds, saved }) => [
      [step],
      [use],
      [axes.join(' × ') || nothing],
      [String(cells)],
      [states.done === 0 ? nothing : String(states.done)],
      [states.cached === 0 ? nothing : String(states.cached)],
      [lacks(states)],
      [seconds > 0 ? unbroken(duration(seconds)) : nothing],
      [saved > 0 ? unbroken(duration(saved)) : nothing],
    ]),
    layout: 'grid',
  };
}

const nothing = '·';

function lostBlocks({ lost }: PageModel): Block[] {
  if (lost.length === 0) return [];
  const spent = (seconds: number): Inline[] => [seconds > 0 ? unbroken(duration(seconds)) : nothing];
  return [
    paragraph('Attempts that failed, and the work that was lost with them; cells went on from their checkpoints:'),
    {
      kind: 'table',
      label: 'Work lost to failures, by class',
      columns: [
        { heading: 'class', align: 'left' },
        { heading: 'attempts', align: 'right' },
        { heading: 'cells', align: 'right' },
        { heading: 'GPU time lost', align: 'right' },
        { heading: 'core time lost', align: 'right' },
      ],
      rows: lost.map(({ class: failure, attempts, cells, gpuSeconds, cpuSeconds }) => [
        [failure],
        [String(attempts)],
        [String(cells)],
        spent(gpuSeconds),
        spent(cpuSeconds),
      ]),
      layout: 'grid',
    },
  ];
}

/** Numbers of cells with another recipe are not what was registered, so they are named one by one. */
function changedBlocks({ changed }: PageModel): Block[] {
  if (changed.length === 0) return [];
  const shown = changed.slice(0, mostNames);
  const more = changed.length - shown.length;
  return [
    {
      kind: 'note',
      tone: 'warning',
      content: [
        `${counted(changed.length, 'cell')} ran with another recipe than the planned one, as `,
        code('on_failure'),
        ' says: ',
        ...shown.flatMap(({ cell, change }, index): Inline[] => [
          index === 0 ? '' : '; ',
          code(cell.name),
          ` ${change}`,
        ]),
        more > 0 ? `; and ${more} more.` : '.',
      ],
    },
  ];
}

/** `1 failed, 2 blocked`. */
function lacks(counts: Counts): string {
  const states = ['failed', 'blocked', 'cancelled', 'skipped', 'running', 'waiting'] as const;
  const present = states.filter(state => counts[state] > 0).map(state => `${counts[state]} ${state}`);
  return present.join(', ') || nothing;
}

function failureBlocks({ failures, branchFailures, file, params }: PageModel): Block[] {
  if (failures.length === 0 && branchFailures.length === 0) return [];
  return [
    { kind: 'heading', level: 2, text: 'Failures', anchor: 'failures' },
    paragraph(
      'Only what failed and what waits for it is without a result. To run just that again, with what is in the store kept: ',
      code(runCommand(file, params)),
    ),
    ...failures.flatMap(failureGroup),
    ...branchFailures.map((message): Block => {
      return { kind: 'note', tone: 'warning', content: [`A branch was lost to a bug of the engine: ${message}`] };
    }),
  ];
}

function failureGroup({ step, class: failure, message, cells, attempts, blocks }: FailureGroup): Block[] {
  const names = cells.slice(0, mostNames).flatMap(({ name }, index): Inline[] => [index === 0 ? '' : ', ', code(name)]);
  const more = cells.length > mostNames ? ` and ${cells.length - mostNames} more` : '';
  const waiting = blocks.map(({ step: blocked, cells: count }) => `${blocked} (${counted(count, 'cell')})`);
  return [
    {
      kind: 'heading',
      level: 3,
      text: `${step}: ${counted(cells.length, 'cell')} failed${failure === undefined ? '' : `, ${failure}`}`,
    },
    { kind: 'code', text: shortened(message, longestMessage) },
    paragraph(
      ...names,
      `${more}. `,
      muted(`${counted(attempts, 'attempt')} failed. `),
      ...(waiting.length > 0 ? [strong('Blocked by it:'), ` ${waiting.join(', ')}.`] : ['Nothing waits for it.']),
    ),
  ];
}
