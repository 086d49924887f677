import { type Check, ok } from "../check.ts";

/** As `engines` in package.json says. */
const least = { major: 22, minor: 12 };

/** Node itself; `bin/ai-rules.js` takes a newer one of the installation where the user's is too old. */
export const nodeCheck: Check = {
  id: "install-node",
  group: "install",
  title: "the version of Node",
  timeoutMs: 1000,
  run: async ({ program: { node, version } }) => {
    const [major = 0, minor = 0] = node.split(".").map(Number);
    if (major > least.major || (major === least.major && minor >= least.minor))
      return [ok(`ai-rules ${version} on Node ${node}`)];
    return [
      {
        status: "fail",
        code: "install/node-too-old",
        found: `this is Node ${node}`,
        why: `ai-rules needs Node ${least.major}.${least.minor} or newer`,
        remedy: "run it on a newer one: `nix shell nixpkgs#nodejs_24`",
      },
    ];
  },
};
