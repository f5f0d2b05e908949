import { chooseNext } from "automation-language/conditions";
import { asWrongInput } from "../errors.ts";
import { type Action, optionalText } from "./action.ts";

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-branch.html */
export const branch: Action = {
  run: async ({ inputs }) => {
    const next = asWrongInput(() => chooseNext(inputs.Choices)) ?? optionalText(inputs, "Default");
    return { result: {}, ...(next !== undefined && { next }) };
  },
};
