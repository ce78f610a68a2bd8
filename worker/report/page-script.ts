/** The few lines of script in a page. Without them everything is there to read; they sort tables and open what a link leads to. */
import { createHash } from 'node:crypto';

export const pageScript = `
const open = () => {
  const target = document.getElementById(location.hash.slice(1));
  for (let at = target; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
  if (target) target.scrollIntoView();
};
addEventListener('hashchange', open);
open();
const value = cell => (cell ? cell.textContent.trim().replace(/\\u2212/g, '-') : '');
const sort = (head, index) => {
  const body = head.closest('table').tBodies[0];
  const down = head.getAttribute('aria-sort') === 'ascending';
  for (const other of head.parentElement.children) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const keyed = [...body.rows].map(row => ({ row, key: value(row.cells[index]) }));
  const isNumeric = head.classList.contains('n');
  const compare = (a, b) => (isNumeric ? parseFloat(a) - parseFloat(b) : a.localeCompare(b, 'en', { numeric: true }));
  const absent = key => (isNumeric ? isNaN(parseFloat(key)) : key === '');
  keyed.sort((a, b) => absent(a.key) - absent(b.key) || (absent(a.key) ? 0 : (down ? -1 : 1) * compare(a.key, b.key)));
  body.append(...keyed.map(({ row }) => row));
};
for (const head of document.querySelectorAll('table.grid th')) {
  const index = [...head.parentElement.children].indexOf(head);
  head.tabIndex = 0;
  head.addEventListener('click', () => sort(head, index));
  head.addEventListener('keydown', event => {
    if (event.key === 'Enter') sort(head, index);
  });
}
`;

/** What a page's content security policy allows: this script and no other, nothing from anywhere else. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `script-src 'sha256-${createHash('sha256').update(pageScript).digest('base64')}'`,
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
