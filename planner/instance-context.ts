/** How what an instance says is compiled: with its own names, noting those it asks of its graph. */
import type { TermContext } from './compile-term.ts';
import type { GraphFrame, Instance } from './instance.ts';
import type { Planning } from './planning.ts';

/** How terms of an instance are compiled: with its scope, noting which parameters of its graph they name. */
export function contextOf({ scope, graph }: Instance, { compile, list, source }: Planning): TermContext {
  if (graph === undefined) return { scope, compile, list };
  return {
    scope,
    list,
    hidden: new Set([...Object.keys(source.declaration.axes), ...Object.keys(source.declaration.params)]),
    compile: (text, variables) => {
      const expression = compile(text, variables);
      for (const variable of expression.variables) graph.asked.parameters.add(variable);
      return expression;
    },
  };
}

/** Before anything is asked. */
export function nothingAsked(): GraphFrame['asked'] {
  return { ports: new Set(), parameters: new Set(), seeds: new Set() };
}
