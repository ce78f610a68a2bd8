/** Property tests draw the same cases every time; `PROPERTY_SEED=… npm test` draws others. A failure names its seed. */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 1) });
