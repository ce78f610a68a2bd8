/** Pins as files of `pins/`. */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson } from '../../schemas/json.ts';
import { type Pin, pinName, pinSchema } from '../../schemas/pin.ts';
import { CorruptRecordError } from '../errors.ts';
import type { PinStore } from '../store.ts';
import { syncDirectory } from './directory-sync.ts';
import { removeIfThere, replaceFile } from './durable-file.ts';
import type { FolderContext } from './folder-context.ts';
import { writingNow } from './write-error.ts';

export function folderPins({ layout, ensureFolder }: FolderContext): PinStore {
  const fileOf = (pin: Pin) => path.join(layout.pins, `${pinName(pin)}.json`);
  return {
    pin: async pin => {
      const checked = pinSchema.parse(pin);
      await ensureFolder(layout.pins);
      await replaceFile(layout.temporary, fileOf(checked), new TextEncoder().encode(`${canonicalJson(checked)}\n`));
    },
    unpin: async pin => {
      const file = fileOf(pin);
      if (!existsSync(file)) return false;
      writingNow(file, () => removeIfThere(file));
      await syncDirectory(layout.pins);
      return true;
    },
    pins: async () => {
      const names = existsSync(layout.pins) ? readdirSync(layout.pins) : [];
      const pins = await Promise.all(names.map(name => readPin(path.join(layout.pins, name))));
      return pins.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
    },
  };
}

async function readPin(file: string): Promise<Pin> {
  try {
    return pinSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new CorruptRecordError(file, error);
  }
}
