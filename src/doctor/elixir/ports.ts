import { shellWord } from "../../core/shell-word.ts";
import { type Check, ok, skip } from "../check.ts";
import { mixProject } from "../facts/mix-project.ts";
import { freePort, type PortHolder, portHolder } from "../facts/port-holder.ts";
import { shellVariables } from "../facts/project-shell.ts";

/** Phoenix' own. */
const usualPort = 4000;

export const portsCheck: Check = {
  id: "elixir-port",
  group: "elixir",
  title: "the port of the Phoenix server",
  timeoutMs: 5000,
  run: async (context) => {
    const { dependencies } = await mixProject(context);
    if (!dependencies.has("phoenix")) return [skip("no Phoenix in this project")];
    const { variables } = await shellVariables(context);
    const port = Number(variables["PORT"]) || usualPort;
    const holder = await portHolder(context, port);
    if (!holder) return [ok(`port ${port} is free`)];
    const other = await freePort(context, port + 10);
    return [
      {
        status: "warn",
        code: "elixir/port-taken",
        found: `port ${port} is taken${byWhom(holder)}`,
        why: "`mix phx.server` ends with :eaddrinuse, unless that is the project's own server",
        remedy: holder.process
          ? `end it with \`kill ${holder.process.pid}\`, or run \`export PORT=${other}\` first`
          : `run \`export PORT=${other}\` first`,
      },
    ];
  },
};

/** ", by beam.smp (process 123)" */
export function byWhom({ process }: PortHolder): string {
  if (!process) return " by another user's process";
  const [program = ""] = process.command.split(" ");
  return ` by process ${process.pid}: ${shellWord(program.split("/").at(-1) ?? program)}`;
}
