/** Times and counts by which a supervisor judges its server. */
import { z } from 'zod';

export const supervisionLimitsSchema = z.object({
  /** Between two questions whether it answers. */
  checkMs: z.number(),
  /** A question not answered within this time counts as unanswered. */
  answerMs: z.number(),
  /** Unanswered for this long (less than `answerMs`) while none of its threads does or waits to do anything, it is mute. */
  stillMs: z.number(),
  /** Unanswered for this long it is mute whatever it does. What is mute is killed and replaced. */
  muteMs: z.number(),
  /** A server that lived this long has proved itself: what comes after counts anew. */
  provenMs: z.number(),
  /** Pauses before the second, third, … start in a row; after the last one the supervisor gives up. */
  pausesMs: z.array(z.number()).readonly(),
});

export type SupervisionLimits = z.infer<typeof supervisionLimitsSchema>;

export const defaultSupervisionLimits: SupervisionLimits = {
  checkMs: 500,
  answerMs: 2_000,
  stillMs: 1_000,
  // Training on every core slows the server, so not too soon.
  muteMs: 15_000,
  provenMs: 60_000,
  pausesMs: [0, 1_000, 2_000, 4_000, 8_000],
};
