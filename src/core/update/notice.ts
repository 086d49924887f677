import type { Notice, State } from "../state.ts";
import { type Step, step } from "./step.ts";

/** Long enough to read a sentence and its remedy. */
export const noticeMs = 10_000;
/** Long enough to read what one has just done. */
export const briefMs = 3000;

export type NoticeRequest = Omit<Notice, "until"> & { readonly now: number; readonly ms?: number };

/** Shows a notice in the footer; a new one replaces the old. */
export function notify(state: State, { now, ms = noticeMs, ...notice }: NoticeRequest): Step {
  return step(
    { ...state, notice: { ...notice, until: now + ms } },
    { type: "start-timer", name: "notice", ms, message: { type: "notice-over" } },
  );
}
