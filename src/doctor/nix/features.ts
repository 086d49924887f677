import { classify } from "../../nix/classify.ts";
import { type Check, ok, skip, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { nixProgram, succeeded, whyNotAskNix } from "../facts/nix.ts";

/** ai-rules switches flakes on for itself; `nix develop` by hand and direnv need them on. */
export const featuresCheck: Check = {
  id: "nix-features",
  group: "nix",
  title: "flakes are switched on",
  timeoutMs: 4500,
  run: async (context) => {
    const nix = await nixProgram(context);
    const why = await whyNotAskNix(context);
    if (!nix || why !== undefined) return [skip(why ?? "")];
    // Newer ones call it `config show`; the old name still works.
    const result = await context.run({ file: nix.path, args: ["show-config"], timeoutMs: 4000 });
    if (!succeeded(result))
      return classify(result.stderr).id === "features-off"
        ? [off(context, "nix-command and flakes")]
        : [skip("Nix does not show its configuration")];
    const features = /^experimental-features = (.*)$/mu.exec(result.stdout)?.[1] ?? "";
    const missing = ["nix-command", "flakes"].filter((name) => !features.split(" ").includes(name));
    // Determinate Nix has flakes in it, and names no feature.
    if (missing.length === 0 || !features.includes("nix-command"))
      return [ok("nix-command and flakes are on")];
    return [off(context, missing.join(" and "))];
  },
};

function off({ ports }: DoctorContext, features: string): Trouble {
  const own = ports.env["XDG_CONFIG_HOME"];
  const directory = own?.startsWith("/") ? "$XDG_CONFIG_HOME/nix" : "~/.config/nix";
  const line = "extra-experimental-features = nix-command flakes";
  return {
    status: "warn",
    code: "nix/features-off",
    found: `Nix's configuration does not switch on ${features}`,
    why: "ai-rules switches it on for itself; `nix develop` by hand and direnv do not work",
    remedy: `run \`mkdir -p ${directory} && echo '${line}' >> ${directory}/nix.conf\``,
  };
}
