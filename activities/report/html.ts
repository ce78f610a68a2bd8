/** HTML text in which everything that is interpolated is escaped, unless it is HTML of ours already. */

/** Markup that may be written as it is. */
export interface Html {
  readonly markup: string;
}

type Interpolated = string | number | Html | readonly Html[] | undefined;

/** Markup with escaped interpolations: markup`<td>${text}</td>`. Undefined gives nothing, a list is joined. */
export function markup(strings: TemplateStringsArray, ...values: readonly Interpolated[]): Html {
  const parts = strings.map((text, index) => text + interpolated(values[index]));
  return { markup: parts.join('') };
}

/** An element of XML or HTML with its attributes escaped; those that are undefined are left out. */
export function element(
  name: string,
  attributes: { readonly [attribute: string]: string | number | undefined },
  ...children: readonly Interpolated[]
): Html {
  const written = Object.entries(attributes).flatMap(([attribute, value]) =>
    value === undefined ? [] : [` ${attribute}="${escapeHtml(String(value))}"`],
  );
  const content = children.map(interpolated).join('');
  return { markup: `<${name}${written.join('')}>${content}</${name}>` };
}

/** Markup made elsewhere: by vega, by a stored report. */
export function trusted(text: string): Html {
  return { markup: text };
}

function interpolated(value: Interpolated): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(each => each.markup).join('');
}

/** Text for an element or a quoted attribute of HTML or XML. */
export function escapeHtml(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, character => entities[character] ?? character);
}

const entities: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text without what no document may hold: control characters other than line ends and tabs, halves of surrogates. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|\p{Cs}|[\uFFFE\uFFFF]/gu, '\uFFFD');
}
