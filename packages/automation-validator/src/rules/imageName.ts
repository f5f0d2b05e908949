import type { Rule } from "../rule.ts";

/** Letters, digits, spaces and ( ) [ ] . / - ' @ _ */
const foreign = /[^A-Za-z0-9()[\] ./\-'@_]/;

const LONGEST = 128;

export const rule: Rule = {
  id: "LIMIT12",
  severity: "error",
  summary: "An image's name has at most 128 characters, and only such as EC2 takes.",
  url: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html",
  *check({ document }) {
    for (const { name, action, inputs, path } of document.steps) {
      const image = inputs.ImageName;
      if (typeof image !== "string" || (action !== "aws:createImage" && action !== "aws:copyImage"))
        continue;
      const place = [...path, "inputs", "ImageName"];
      const own = image.replace(/\{\{[^{}]*\}\}/g, "");
      const odd = foreign.exec(own)?.[0];
      if (odd !== undefined && !own.includes("{{"))
        yield {
          path: place,
          message: `${name}: EC2 takes no ${JSON.stringify(odd)} in an image's name, only letters, digits, spaces and ( ) [ ] . / - ' @ _`,
        };
      else if (own.length > LONGEST)
        yield {
          path: place,
          message: `${name}: an image's name has at most ${LONGEST} characters, and this one ${own.length}`,
        };
    }
  },
};
