/** The doctor on the screen: its visit, and the keys in what it shows. */
import { type Diagnosis, diagnosisItems, selectedItem } from "../diagnosis.ts";
import type { Message } from "../message.ts";
import type { Overlay, State } from "../state.ts";
import { briefMs, notify } from "./notice.ts";
import { closeOverlay, type Step, step } from "./step.ts";
import { moved } from "./typing.ts";

type DoctorMessage = Extract<Message, { type: `doctor-${string}` }>;

/** Shows the doctor, who looks at everything anew unless that goes on already. */
export function openDoctor(state: State): Step {
  const shown: State = { ...state, overlay: { type: "doctor" } };
  return isUnderWay(state.diagnosis) ? step(shown) : examineAgain(shown);
}

function isUnderWay(diagnosis: Diagnosis | undefined): boolean {
  return diagnosis !== undefined && diagnosis.stage !== "done";
}

function examineAgain(state: State): Step {
  const none = { order: [], waiting: [], checks: [], mended: [] };
  return step(withDiagnosis(state, { ...none, stage: "examining" }), { type: "examine" });
}

function withDiagnosis(state: State, diagnosis: Diagnosis): State {
  return { ...state, diagnosis };
}

export function updateDoctor(state: State, message: DoctorMessage): Step {
  const { diagnosis } = state;
  if (!diagnosis) return step(state);
  switch (message.type) {
    case "doctor-began":
      return step(withDiagnosis(state, { ...diagnosis, order: message.ids, waiting: message.ids }));
    case "doctor-checked": {
      const { check } = message;
      const checks = [...diagnosis.checks.filter(({ id }) => id !== check.id), check];
      const waiting = diagnosis.waiting.filter((id) => id !== check.id);
      return step(withDiagnosis(state, { ...diagnosis, checks, waiting }));
    }
    case "doctor-mended":
      return step(
        withDiagnosis(state, {
          ...diagnosis,
          stage: "examining",
          mended: message.mended,
          waiting: message.again,
        }),
      );
    case "doctor-ended":
      return step(withDiagnosis(state, { ...diagnosis, stage: "done", waiting: [] }));
    default:
      return message satisfies never;
  }
}

type DoctorKey = { readonly chord: string; readonly now: number };

export function doctorKey(
  state: State,
  overlay: Extract<Overlay, { type: "doctor" }>,
  { chord, now }: DoctorKey,
): Step {
  const { diagnosis } = state;
  if (chord === "esc" || chord === "q" || chord === "ctrl+c") return step(closeOverlay(state));
  if (!diagnosis) return step(state);
  const items = diagnosisItems(diagnosis);
  const at = selectedItem(items, overlay.at);
  const to = moved(at, { chord, count: items.length, letters: true });
  const target = to === undefined ? undefined : items[to];
  if (target) return step({ ...state, overlay: { ...overlay, at: target.key } });
  switch (chord) {
    case "r":
      return isUnderWay(diagnosis) ? step(state) : examineAgain(state);
    case "f":
      return mend(state, diagnosis, now);
    case "c":
      return copyRemedy(state, items[at]?.finding.remedy, now);
    default:
      return step(state);
  }
}

function mend(state: State, diagnosis: Diagnosis, now: number): Step {
  if (diagnosis.stage !== "done") return tell(state, "the doctor is not done yet", now);
  const fixable = diagnosis.checks.some(({ findings }) => findings.some((each) => each.fixable));
  if (!fixable) return tell(state, "nothing here can be mended safely by itself", now);
  return step(withDiagnosis(state, { ...diagnosis, stage: "mending", mended: [] }), {
    type: "mend",
  });
}

/** The command that the remedy names, or its words where it names none. */
function copyRemedy(state: State, remedy: string | undefined, now: number): Step {
  if (remedy === undefined) return tell(state, "there is nothing to mend here", now);
  const text = /`([^`]+)`/u.exec(remedy)?.[1] ?? remedy;
  const [next, effects] = tell(state, `copied: ${text}`, now);
  return [next, [{ type: "copy", text }, ...effects]];
}

function tell(state: State, text: string, now: number): Step {
  return notify(state, { level: "info", text, now, ms: briefMs });
}
