/** Pins in memory. */
import { type Pin, pinName, pinSchema } from '../../schemas/pin.ts';
import type { PinStore } from '../store.ts';

export function memoryPins(): PinStore {
  const pins = new Map<string, Pin>();
  return {
    pin: async pin => void pins.set(pinName(pin), pinSchema.parse(structuredClone(pin))),
    unpin: async pin => pins.delete(pinName(pin)),
    pins: async () => structuredClone([...pins.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))),
  };
}
