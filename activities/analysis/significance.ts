/** The level at which a design's power is judged where a step has no parameter for it. */
export const significance = 0.05;
