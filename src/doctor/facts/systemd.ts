import { fact } from "../context.ts";

/** Whether systemd runs services here, as sd_booted(3) finds out; in a container it mostly does not. */
export const hasSystemd = fact(
  async ({ ports: { files } }) =>
    (await files.status("/run/systemd/system").catch(() => undefined))?.kind === "directory",
);
