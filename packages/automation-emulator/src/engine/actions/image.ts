import { StepFailure } from "../errors.ts";
import { select } from "../outputs.ts";
import type { ActionContext, ActionResult } from "./action.ts";

/** In AWS seconds. */
const interval = 5;

/** Waits until an image that was just asked for is available, as aws:createImage and aws:copyImage do. */
export async function available(context: ActionContext, answer: unknown): Promise<ActionResult> {
  const ImageId = String(select("$.ImageId", answer));
  for (;;) {
    const images = await context.call("ec2", "DescribeImages", { ImageIds: [ImageId] });
    const ImageState = String(select("$.Images[0].State", images));
    if (ImageState === "available") {
      return { result: { ImageId, ImageState }, outputs: { ImageId, ImageState } };
    }
    if (ImageState !== "pending") {
      const reason = select("$.Images[0].StateReason.Message", images);
      throw new StepFailure(
        `The image ${ImageId} is ${ImageState}${reason === undefined ? "" : `: ${String(reason)}`}.`,
        { stage: "PostVerification" },
      );
    }
    await context.sleep(interval);
  }
}
