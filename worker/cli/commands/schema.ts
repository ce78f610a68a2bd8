/** `espalier schema`: the JSON Schema of studies (or of files of graphs), made from the one source of the checks. */
import { libraryJsonSchema, studyJsonSchema } from '../../../planner/study-json-schema.ts';
import { stepKinds } from '../../../schemas/steps/registry.ts';
import { type Command, printJson } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const schema: Command<{ readonly library: boolean }> = async (context, { library }) => {
  printJson(context, library ? libraryJsonSchema(stepKinds) : studyJsonSchema(stepKinds));
  return exitCodes.done;
};
