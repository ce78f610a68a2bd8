/** What `--json` prints, as programs may rely on it. */
import { z } from 'zod';

const count = z.int().nonnegative();

export const runShape = z.strictObject({
  run: z.string(),
  /** Of a rerun: the run it comes from. */
  origin: z.string().optional(),
  state: z.enum(['done', 'failed', 'cancelled', 'interrupted']),
  cells: count,
  executed: count,
  cached: count,
  failed: count,
  blocked: count,
  skipped: count,
  cancelled: count,
  seconds: z.number().nonnegative(),
  report: z.string().nullable(),
});

const forecastShape = { cells: count, new: count, cached: count, blocked: count, seconds: z.number().nullable() };

const changeShape = z.strictObject({
  step: z.string(),
  field: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  cells: z.int().positive(),
});

const standings = { new: count, reused: count, invalidated: count, unmade: count, orphaned: count };

export const planShape = z.strictObject({
  study: z.string(),
  ...forecastShape,
  steps: z.array(z.strictObject({ step: z.string(), use: z.string(), ...forecastShape })),
  changed: z
    .strictObject({
      since: z.string(),
      changes: z.array(changeShape),
      below: count,
      added: count,
      orphaned: count,
    })
    .nullable(),
  against: z
    .strictObject({
      run: z.string(),
      ...standings,
      steps: z.array(z.strictObject({ step: z.string(), ...standings })),
      reused_from: z.array(z.strictObject({ run: z.string(), cells: z.int().positive() })),
      changes: z.array(changeShape),
      below: count,
    })
    .optional(),
});

export const validateShape = z.strictObject({
  ok: z.boolean(),
  diagnostics: z.array(
    z.strictObject({
      code: z.string().regex(/^[EW]\d{3}$/),
      message: z.string().min(1),
      file: z.string(),
      line: z.int().positive(),
      column: z.int().positive(),
      remedy: z.string().min(1),
    }),
  ),
});

const states = {
  waiting: count,
  running: count,
  cached: count,
  done: count,
  failed: count,
  blocked: count,
  skipped: count,
  cancelled: count,
};

export const statusShape = z.strictObject({
  run: z.string(),
  study: z.string(),
  state: z.enum(['new', 'running', 'paused', 'done', 'failed', 'cancelled', 'interrupted']),
  cells: count,
  ...states,
  steps: z.array(z.strictObject({ step: z.string(), use: z.string(), ...states })),
  failures: z.array(
    z.strictObject({
      cell: z.string(),
      key: z.string(),
      state: z.enum(['failed', 'blocked']),
      class: z.string().optional(),
      reason: z.string().optional(),
      because: z.string().optional(),
      lost: z.number().nonnegative().optional(),
    }),
  ),
  lost: z.array(
    z.strictObject({
      class: z.string(),
      attempts: count,
      cells: count,
      cpuSeconds: z.number().nonnegative(),
      gpuSeconds: z.number().nonnegative(),
    }),
  ),
  changed: z.array(z.strictObject({ cell: z.string(), changed: z.string() })),
  differing: z.array(z.string()),
  approvals: z.array(z.strictObject({ name: z.string(), question: z.string().optional(), cells: count })),
  attempts: z.array(
    z.strictObject({
      cell: z.string(),
      at: z.iso.datetime(),
      class: z.string(),
      message: z.string(),
      lost: z.number().nonnegative(),
    }),
  ),
});

const perClass = z.record(z.string(), count);

export const snapshotShape = z.strictObject({
  run: z.string(),
  study: z.string(),
  state: z.enum(['new', 'running', 'paused', 'done', 'failed', 'cancelled', 'interrupted']),
  cells: count,
  ...states,
  steps: z.array(
    z.strictObject({
      step: z.string(),
      use: z.string(),
      cells: count,
      ended: count,
      axes: z.array(
        z.strictObject({
          axis: z.string(),
          values: z.array(z.strictObject({ value: z.string(), ended: count, cells: count })),
        }),
      ),
    }),
  ),
  at_work: z.array(
    z.strictObject({
      cell: z.string(),
      since: z.string().nullable(),
      step: z.int().optional(),
      steps: z.int().optional(),
      loss: z.number().optional(),
    }),
  ),
  approvals: z.array(z.strictObject({ name: z.string(), question: z.string().optional(), cells: count })),
  failures: z.strictObject({ failed: perClass, attempts: perClass }),
  cells_per_minute: z.number().nullable(),
  seconds_left: z.number().nullable(),
  work_seconds_left: z.number().nullable(),
  saved_seconds: z.number().nonnegative(),
});

export const lsShape = z.array(
  z.strictObject({
    run: z.string(),
    study: z.string(),
    state: z.enum(['new', 'running', 'paused', 'done', 'failed', 'cancelled', 'interrupted']),
    cells: count,
    executed: count,
    cached: count,
    failed: count,
    blocked: count,
    skipped: count,
    created: z.iso.datetime(),
    seconds: z.number().nullable(),
  }),
);

export const rowsShape = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])));

export const errorShape = z.strictObject({ error: z.string() });

export const rerunShape = z.strictObject({
  origin: z.string(),
  cells: z.array(
    z.strictObject({
      cell: z.string(),
      key: z.string(),
      was: z.string(),
      class: z.string().optional(),
      reason: z.string().optional(),
      resources: z.strictObject({ cpu: z.number(), gpu: z.number(), memory: z.number(), time: z.number() }),
    }),
  ),
  left: z.array(
    z.strictObject({
      state: z.enum(['failed', 'blocked', 'cancelled']),
      class: z.string().optional(),
      reason: z.string(),
      cells: z.array(z.string()),
    }),
  ),
  changed: planShape.shape.changed,
});

const reasonShape = z.strictObject({
  why: z.enum(['first', 'added', 'changed', 'below', 'unmade']),
  field: z.string().optional(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  state: z.string().optional(),
});

export const explainShape = z.strictObject({
  cell: z.string(),
  use: z.string(),
  key: z.string(),
  run: z.string(),
  state: z.enum(['waiting', 'running', 'cached', 'done', 'failed', 'blocked', 'skipped', 'cancelled']),
  class: z.string().nullable(),
  reason: z.string().nullable(),
  planned: z
    .strictObject({
      since: z.string().nullable(),
      reused: z.string().nullable(),
      new: z.array(reasonShape),
      through: z.array(z.strictObject({ cell: z.string(), new: z.array(reasonShape) })),
    })
    .nullable(),
  chain: z.array(
    z.strictObject({
      cell: z.string(),
      state: z.string(),
      class: z.string().optional(),
      reason: z.string().optional(),
    }),
  ),
  waits: z.array(z.looseObject({ for: z.string() })),
  attempts: z.array(
    z.strictObject({
      at: z.iso.datetime(),
      class: z.string(),
      message: z.string(),
      retry_in: z.number().optional(),
      lost: z.number().nonnegative().optional(),
    }),
  ),
  record: z
    .strictObject({
      run: z.string(),
      name: z.string(),
      found_by: z.enum(['key', 'content', 'made here']),
      started: z.iso.datetime(),
      seconds: z.number(),
    })
    .nullable(),
  nearest: z.strictObject({ run: z.string(), cell: z.string(), key: z.string() }).nullable(),
  parts: z.array(z.strictObject({ field: z.string(), here: z.unknown(), there: z.unknown(), differs: z.boolean() })),
});
