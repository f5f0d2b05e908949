/**
 * Renews docs/report.png, the picture of a report in README, from the containment that `npm start` rehearses:
 *
 *     npm start && node scripts/run.mjs test/operate/report/picture.ts
 */
import { pathToFileURL } from "node:url";
import { inProject } from "../../../build/root.ts";
import { launchBrowser } from "../../account/browser.ts";

const browser = await launchBrowser();
try {
  // As wide as a README is shown.
  const page = await browser.newPage({
    viewport: { width: 1020, height: 900 },
    deviceScaleFactor: 0.85,
  });
  await page.goto(pathToFileURL(inProject("dist", "reports", "rehearsal-contain.html")).href);
  // From the top to the end of the pictures of the network.
  const height = await page.evaluate<number>(
    "[...document.querySelectorAll('figure')].at(-1).getBoundingClientRect().bottom + scrollY + 8",
  );
  await page.screenshot({
    path: inProject("docs", "report.png"),
    fullPage: true,
    clip: { x: 0, y: 0, width: 1020, height },
  });
} finally {
  await browser.close();
}
