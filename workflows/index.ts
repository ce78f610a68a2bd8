/** The workflows a worker serves. */
export { runBranch } from './run-branch.ts';
export { runStudy } from './run-study.ts';
