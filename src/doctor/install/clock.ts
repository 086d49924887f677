import { type Check, ok } from "../check.ts";
import { hasSystemd } from "../facts/systemd.ts";

/** Before this program was written. */
const earliest = Date.UTC(2026, 0, 1);

/** A machine without a battery may begin in 1970. */
export const clockCheck: Check = {
  id: "install-clock",
  group: "install",
  title: "the clock",
  timeoutMs: 1000,
  run: async (context) => {
    const { ports } = context;
    const now = new Date(ports.clock.now());
    if (now.getTime() >= earliest) return [ok(`it is ${day(now)}`)];
    return [
      {
        status: "warn",
        code: "install/clock-wrong",
        found: `the clock says that it is ${day(now)}`,
        why: "certificates seem not to be valid yet, so that downloads fail, and ages come out wrong",
        remedy:
          ports.host.os === "darwin"
            ? "set the clock: `sudo sntp -sS time.apple.com`"
            : (await hasSystemd(context))
              ? "set the clock: `sudo timedatectl set-ntp true`"
              : "set the clock; in a container that of the machine around it",
      },
    ];
  },
};

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
