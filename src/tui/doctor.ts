/** The doctor beside the panes. Its checks are loaded when somebody asks for it: few starts need them. */
import { join } from "node:path";
import type { DiagnosedCheck } from "../core/diagnosis.ts";
import { toProblem } from "../core/error.ts";
import type { ProgramFacts } from "../doctor/context.ts";
import type { CheckResult } from "../doctor/run-checks.ts";
import type { Ports, Terminal } from "../platform/ports.ts";
import type { Dispatch } from "./store.ts";

export type DoctorOptions = {
  readonly ports: Ports;
  readonly root: string;
  readonly program: ProgramFacts;
  /** May be asked what it can do. */
  readonly terminal: Terminal;
  readonly dispatch: Dispatch;
};

export type Doctor = {
  /** Makes all checks; tells of each, and of the end. */
  readonly examine: () => void;
  /** Does what is safe about what was found last, and looks again where something was wrong. */
  readonly mend: () => void;
  /** Ends what still goes on; resolves when its programs are gone, or have had their time. */
  readonly stop: () => Promise<void>;
};

/**
 * Times as long as in a shell: the agents work on the same machine, and while three of them start, one
 * that a check starts takes long without anything being wrong. The panes go on meanwhile.
 */
const patience = 3;

/** A check that hears of nothing is not waited for: the user wants to leave. */
const stopMs = 500;

export function createDoctor({ ports, root, program, terminal, dispatch }: DoctorOptions): Doctor {
  const end = new AbortController();
  const request = { ports, root, program, terminal, abort: end.signal, patience };
  let visit: Promise<void> = Promise.resolve();
  let found: readonly CheckResult[] = [];

  function begin(act: () => Promise<void>): void {
    visit = act()
      .catch((error: unknown) => {
        const { message, remedy, detail } = toProblem(error);
        ports.log.error(`the doctor failed: ${detail ?? message}`);
        dispatch({ type: "notice", notice: { level: "error", text: message, remedy } });
      })
      .then(() => dispatch({ type: "doctor-ended" }));
  }

  const loaded = async () => {
    const [checks, examining, diagnosis] = await Promise.all([
      import("../doctor/checks.ts"),
      import("../doctor/examine.ts"),
      import("../doctor/diagnosis.ts"),
    ]);
    return { ...checks, ...examining, ...diagnosis };
  };

  /** Where the document lies on this machine. */
  function located(check: DiagnosedCheck): DiagnosedCheck {
    const { installation } = ports.host;
    const findings = check.findings.map(({ link, ...finding }) =>
      link === undefined ? finding : { ...finding, link: join(installation, link) },
    );
    return { ...check, findings };
  }

  async function examine(): Promise<void> {
    const doctor = await loaded();
    const checks = doctor.allChecks;
    dispatch({ type: "doctor-began", ids: checks.map(({ id }) => id) });
    found = await doctor.examine({ ...request, checks }, (result) =>
      dispatch({ type: "doctor-checked", check: located(doctor.diagnosedCheck(result)) }),
    );
  }

  async function mend(): Promise<void> {
    const doctor = await loaded();
    const applied = await doctor.mend(request, found);
    const checks = doctor.checksAfter(found, applied);
    const mended = applied.map(doctor.mendedBy);
    dispatch({ type: "doctor-mended", mended, again: checks.map(({ id }) => id) });
    const again = await doctor.examine({ ...request, checks }, (result) =>
      dispatch({ type: "doctor-checked", check: located(doctor.diagnosedCheck(result)) }),
    );
    found = found.map((old) => again.find(({ check }) => check === old.check) ?? old);
  }

  return {
    examine: () => begin(examine),
    mend: () => begin(mend),
    async stop() {
      end.abort();
      await Promise.race([visit, ports.clock.wait(stopMs)]);
    },
  };
}
