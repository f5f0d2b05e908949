/** The locks of the Python packages and the pins that each is made of. The widest first: the others take its versions. */
export const locks: readonly [Lock, ...Lock[]] = [
  ["requirements-dev.txt", "requirements-dev.in"],
  ["requirements.txt", "requirements.in"],
  ofPackage("automation-validator"),
  ofPackage("automation-emulator"),
];

type Lock = readonly [lock: string, ...pins: readonly string[]];

function ofPackage(name: string): Lock {
  return [
    `packages/${name}/src/requirements.txt`,
    `packages/${name}/src/requirements.in`,
    "packages/automation-language/src/requirements-language.in",
  ];
}
