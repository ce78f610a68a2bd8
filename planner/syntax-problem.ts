/** What the YAML library finds, in words for people who do not read YAML's grammar. */
import type { Problem } from './diagnostic-list.ts';
import type { SourceRange } from './source-node.ts';

export interface SyntaxFinding {
  /** The library's code and sentence. */
  readonly code: string;
  readonly message: string;
  readonly range: SourceRange;
  /** The range is a bracket or quote that is never closed. */
  readonly isUnclosed: boolean;
}

type Words = Pick<Problem, 'message' | 'remedy'>;

export function describeSyntax({ code, message, range, isUnclosed }: SyntaxFinding, text: string): Words {
  if (isBareExpression(text, range.start)) {
    return {
      message: 'Inside `{ }` and `[ ]` an expression must stand in quotes.',
      remedy: 'Write `"${…}"`, quotes included.',
    };
  }
  if (isUnclosed) return unclosedWords(text[range.start] ?? '');
  const words = message.endsWith(' at node end') ? afterValue : wordsByCode[code];
  if (words !== undefined) return words;
  return {
    message: `This is not YAML: ${message.replaceAll(/\s+/g, ' ').replace(/[.:]?$/, '')}.`,
    remedy: 'Check indentation, quotes and brackets around it.',
  };
}

function unclosedWords(opening: string): Words {
  const closing = { '[': ']', '{': '}' }[opening] ?? opening;
  return closing === opening
    ? {
        message: `This quote \`${opening}\` is never closed.`,
        remedy: `Put \`${closing}\` after the last character of the text.`,
      }
    : {
        message: `This \`${opening}\` is never closed, or what is inside it cannot be read.`,
        remedy: `Put \`${closing}\` after the last item, and commas between items.`,
      };
}

function isBareExpression(text: string, start: number): boolean {
  return text[start] === '{' && text[start - 1] === '$';
}

const afterValue: Words = {
  message: 'A value ends before this, so YAML does not know what this belongs to.',
  remedy: 'Look for a missing comma or line break, or put the whole value in quotes.',
};

const wordsByCode: { readonly [code: string]: Words } = {
  TAB_AS_INDENT: {
    message: 'A tab indents this line; YAML allows only spaces there.',
    remedy: 'Replace the tab by spaces, as many as the lines around it have.',
  },
  BAD_DQ_ESCAPE: {
    message: 'This backslash begins no escape that YAML knows.',
    remedy: 'Write the text in single quotes, where a backslash is a backslash.',
  },
  BAD_SCALAR_START: {
    message: 'A value cannot begin with this character unless it is quoted.',
    remedy: 'Put the value in quotes.',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'A second `key: value` stands on this line.',
    remedy: 'Put it on a line of its own, or the value in quotes if the colon belongs to it.',
  },
  BAD_INDENT: {
    message: 'This line is not indented like its neighbours.',
    remedy: 'Give all keys of one map, and all items of one list, the same indentation.',
  },
  MULTIPLE_DOCS: {
    message: 'A second document begins here; a file holds one study.',
    remedy: 'Remove the `---`, or move what follows into a file of its own.',
  },
  TAG_RESOLVE_FAILED: {
    message: 'Studies know no tags.',
    remedy: 'Remove the `!…` before the value.',
  },
};
