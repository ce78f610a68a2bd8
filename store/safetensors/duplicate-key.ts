/** Finds a member name that an object of a JSON text has twice: parsers keep the last one without a word. */

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * The first such name; undefined where there is none. The text must be JSON. It is walked by hand, not by a regular
 * expression, whose stack a long text (a tokenizer among the metadata) would exhaust.
 */
export function duplicateKey(json: string): string | undefined {
  /** Names seen in each object that is open; undefined stands for an array. */
  const open: (Set<string> | undefined)[] = [];
  let expectsName = false;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === quote) {
      const end = endOfText(json, at);
      const names = expectsName ? open.at(-1) : undefined;
      if (names !== undefined) {
        const name = String(JSON.parse(json.slice(at, end + 1)));
        if (names.has(name)) return name;
        names.add(name);
      }
      expectsName = false;
      at = end;
    } else if (code === openBrace) {
      open.push(new Set());
      expectsName = true;
    } else if (code === openBracket) {
      open.push(undefined);
      expectsName = false;
    } else if (code === closeBrace || code === closeBracket) open.pop();
    else if (code === comma) expectsName = open.at(-1) !== undefined;
  }
  return undefined;
}

/** Where the closing quote of a text stands, whose opening one is at `start`. */
function endOfText(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json.charCodeAt(at) !== quote) at += json.charCodeAt(at) === backslash ? 2 : 1;
  return at;
}
