/** Everything the planner may find wrong, each with its stable code and a title. The documentation's list is made from it. */

export const diagnosticCodes = {
  'file-missing': { code: 'E101', title: 'A file is not there' },
  'file-too-large': { code: 'E102', title: 'A document is too large to be a study' },
  'not-text': { code: 'E103', title: 'A document is not UTF-8 text' },
  'yaml-syntax': { code: 'E104', title: 'A document is not YAML' },
  'duplicate-key': { code: 'E105', title: 'A key stands twice in one map' },
  'too-many-values': { code: 'E106', title: 'Aliases expand to too many values' },
  'too-deep': { code: 'E107', title: 'Values are nested too deeply' },
  'unusable-value': { code: 'E108', title: 'A value that studies cannot hold' },
  'empty-file': { code: 'E109', title: 'A document is empty' },

  'unknown-key': { code: 'E111', title: 'A key that means nothing here' },
  'missing-key': { code: 'E112', title: 'A required key is missing' },
  'wrong-type': { code: 'E113', title: 'A value of the wrong type' },
  'wrong-value': { code: 'E114', title: 'A value that is not allowed' },
  'bad-name': { code: 'E115', title: 'A name that cannot be used' },
  'name-clash': { code: 'E116', title: 'Two things share a name' },

  'unknown-param': { code: 'E121', title: 'There is no such param' },
  'bad-flag': { code: 'E122', title: 'A `--set` that does not fit its param' },
  'bad-param': { code: 'E123', title: 'A default that does not fit its param' },
  'param-cycle': { code: 'E124', title: 'Params whose defaults need each other' },
  'param-without-value': { code: 'E125', title: 'A param without a value' },

  'bad-axis': { code: 'E131', title: 'An axis without proper values' },
  'bad-axis-file': { code: 'E132', title: 'A data file that gives no axis' },
  'unknown-axis': { code: 'E133', title: 'There is no such axis' },
  'axis-twice': { code: 'E134', title: '`over` names an axis twice' },

  'bad-import': { code: 'E141', title: 'An import that cannot be' },
  'unknown-graph': { code: 'E142', title: 'There is no such graph' },
  'graph-recursion': { code: 'E143', title: 'Graphs that use each other' },
  'graph-too-deep': { code: 'E144', title: 'Graphs inside graphs, too deep' },
  'unused-graph-part': { code: 'E145', title: 'A graph declares something that it never uses' },
  'bad-graph-use': { code: 'E146', title: 'A key that a use of a graph cannot have' },

  'unknown-step-kind': { code: 'E151', title: 'There is no such step kind' },
  'unknown-port': { code: 'E152', title: 'There is no such input port' },
  'missing-input': { code: 'E153', title: 'A required input is missing' },
  'unknown-reference': { code: 'E154', title: 'There is no such step' },
  'unknown-output': { code: 'E155', title: 'There is no such output' },
  'wrong-artifact-kind': { code: 'E156', title: 'An artifact of the wrong kind' },
  'missing-column': { code: 'E157', title: 'A table lacks a column' },
  'output-not-kept': { code: 'E158', title: 'An output exists only where it is kept' },
  cycle: { code: 'E159', title: 'Steps that need each other' },
  'unknown-keep': { code: 'E160', title: 'Nothing to keep by that word' },

  'unknown-parameter': { code: 'E161', title: 'There is no such parameter' },
  'missing-parameter': { code: 'E162', title: 'A required parameter is missing' },
  'bad-parameter': { code: 'E163', title: 'A parameter with a wrong value' },
  'missing-data-file': { code: 'E164', title: 'A data file is not there' },
  'seed-not-named': { code: 'E165', title: 'A seed is not named' },
  'unknown-seed': { code: 'E166', title: 'There is no such seed' },
  'bad-seed': { code: 'E167', title: 'A seed that is no whole number' },

  'expression-syntax': { code: 'E171', title: 'An expression that cannot be read' },
  'unknown-variable': { code: 'E172', title: 'An expression names something unknown' },
  'expression-type': { code: 'E173', title: 'An expression whose types do not fit' },
  'expression-failed': { code: 'E174', title: 'An expression that fails for some values' },
  'expression-too-large': { code: 'E175', title: 'An expression beyond its bounds' },

  'gather-not-consumed': { code: 'E181', title: 'An input has axes that nobody takes' },
  'idle-axis': { code: 'E182', title: 'An axis along which nothing varies' },
  'axis-left-out': { code: 'E183', title: 'An axis is used but left out of `over`' },
  'idle-at': { code: 'E184', title: 'An `at` that fixes nothing' },
  'bad-at': { code: 'E185', title: 'An `at` that is not on its axis' },
  'bad-else': { code: 'E186', title: 'An `else` that cannot stand in' },
  'bad-quorum': { code: 'E187', title: 'A quorum that cannot be met' },
  'bad-resources': { code: 'E188', title: 'Resources that cannot be read' },
  'bad-on-failure': { code: 'E189', title: 'A change after failures that cannot be' },

  'unknown-metric': { code: 'E191', title: 'There is no such metric' },
  'gate-of-many': { code: 'E192', title: 'A gate on many numbers' },
  'gate-on-own-skip': { code: 'E193', title: 'A gate that depends on what it would skip' },
  'unknown-skip': { code: 'E194', title: 'A gate skips a step that is not there' },
  'gate-without-input': { code: 'E195', title: 'A gate with nothing to decide on' },
  'bad-report-source': { code: 'E196', title: 'A report on something that is no table' },

  'too-many-cells': { code: 'E201', title: 'Too many cells' },
  'too-many-steps': { code: 'E202', title: 'Too many steps' },
  'too-many-parts': { code: 'E203', title: 'Too many gathered parts' },
  'no-cells': { code: 'E204', title: 'A study without a cell' },

  'unused-axis': { code: 'W301', title: 'An axis that no step has' },
  'unused-param': { code: 'W302', title: 'A param that nothing uses' },
  'unused-graph': { code: 'W303', title: 'A graph that nothing uses' },
  'step-without-cells': { code: 'W304', title: 'A step without a cell' },
} as const satisfies { readonly [reason: string]: { readonly code: string; readonly title: string } };

/** Why something is a problem; `W…` codes are warnings, which stop nothing. */
export type DiagnosticReason = keyof typeof diagnosticCodes;
