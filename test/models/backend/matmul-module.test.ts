/**
 * The assembled kernel against its source. After a change of matmul.wat, `npx vitest run test/models/backend/matmul-module
 * -u` writes the new bytes.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import loadWabt from 'wabt';

const folder = fileURLToPath(new URL('../../../models/backend/wasm/', import.meta.url));

test('matmul-module.ts holds matmul.wat, assembled', async () => {
  const wabt = await loadWabt();
  const module = wabt.parseWat('matmul.wat', readFileSync(`${folder}matmul.wat`, 'utf8'), { simd: true });
  module.validate();
  const bytes = Buffer.from(module.toBinary({}).buffer).toString('base64');
  module.destroy();
  await expect(
    `/** matmul.wat, assembled: made, and compared with it, by test/models/backend/matmul-module.test.ts. */\nexport const matmulModule =\n  '${bytes}';\n`,
  ).toMatchFileSnapshot(`${folder}matmul-module.ts`);
});
