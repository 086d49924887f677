import { AiRulesError } from "../core/error.ts";

/** What reads our output may stop at any time (`| head`): that ends the program, quietly. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    if (!stream.listeners("error").includes(onError)) stream.on("error", onError);
}

function onError(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit();
  throw new AiRulesError(
    {
      code: "run/output-not-written",
      message: `what is said cannot be written: ${error.message}`,
      remedy: "free some space where the output goes, or send it elsewhere",
    },
    { cause: error },
  );
}
