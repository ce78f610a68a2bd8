/** `espalier schema`: the JSON Schema of studies (or of files of graphs), made from the one source of the checks. */
import { studyJsonSchema } from '../../../planner/study-json-schema.ts';
import { stepKinds } from '../../../schemas/steps/registry.ts';
import { type Command, printJson } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const schema: Command<{ readonly library: boolean }> = async context => {
  printJson(context, studyJsonSchema(stepKinds));
  return exitCodes.done;
};
