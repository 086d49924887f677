import { describe, expect, it } from "vitest";
import {
  type DiagnosedCheck,
  type Diagnosis,
  diagnosisItems,
} from "../../../src/core/diagnosis.ts";
import type { Happening } from "../../../src/core/message.ts";
import type { State } from "../../../src/core/state.ts";
import { sampleChecks, sampleDiagnosis } from "../../fakes/sample-diagnosis.ts";
import { sampleState } from "../../fakes/sample-state.ts";
import { after, deeds, key, keys } from "./steps.ts";

const open: Happening = { type: "action", action: "doctor" };
const node = checkOf("install-node");
const lock = checkOf("nix-lock");
const git = checkOf("nix-git");

function checkOf(wanted: string): DiagnosedCheck {
  const check = sampleChecks.find(({ id }) => id === wanted);
  if (!check) throw new Error(`no check ${wanted}`);
  return check;
}

function shown(changes: Partial<Diagnosis> = {}): State {
  return sampleState({ overlay: { type: "doctor" }, diagnosis: sampleDiagnosis(changes) });
}

describe("the doctor", () => {
  it("looks at everything when it is opened", () => {
    const [state, effects] = after(sampleState(), open);

    expect(state.overlay).toEqual({ type: "doctor" });
    expect(state.diagnosis).toMatchObject({ stage: "examining", checks: [] });
    expect(deeds(effects)).toEqual(["examine"]);
  });

  it("goes on when it is closed, and is not sent again when it is opened meanwhile", () => {
    const [state, effects] = after(
      sampleState(),
      open,
      { type: "doctor-began", ids: ["install-node", "nix-git"] },
      key("esc"),
      { type: "doctor-checked", check: node },
      open,
    );

    expect(state.diagnosis).toMatchObject({ waiting: ["nix-git"], checks: [node] });
    expect(deeds(effects)).toEqual(["examine"]);
  });

  it("looks anew when it is opened again after its end", () => {
    const [state, effects] = after(shown(), key("esc"), open);

    expect(state.diagnosis).toMatchObject({ stage: "examining", checks: [] });
    expect(deeds(effects)).toEqual(["examine"]);
  });

  it("is done when it says so, whatever still waits", () => {
    const [state] = after(
      sampleState(),
      open,
      { type: "doctor-began", ids: ["install-node"] },
      { type: "doctor-ended" },
    );

    expect(state.diagnosis).toMatchObject({ stage: "done", waiting: [] });
  });

  it.each(["esc", "q", "ctrl+c"])("is closed by %s", (chord) => {
    expect(after(shown(), key(chord))[0].overlay).toBeUndefined();
  });

  it("lists what fails, then what warns, then the rest, in the order of the checks", () => {
    const ids = diagnosisItems(sampleDiagnosis()).map(({ check }) => check.id);

    expect(ids).toEqual(["nix-git", "nix-lock", "install-node", "elixir-port"]);
  });

  it.each([
    [["j"], "nix-lock/0"],
    [["G"], "elixir-port/0"],
    [["G", "k", "up"], "nix-lock/0"],
    [["j", "g"], "nix-git/0"],
    [["k"], "nix-git/0"],
  ])("selects with %j", (pressed, at) => {
    expect(after(shown(), ...keys(...pressed))[0].overlay).toEqual({ type: "doctor", at });
  });

  it("keeps what is selected while more is found above it", () => {
    const checks = [node, lock];
    const [state] = after(
      shown({ checks, stage: "examining", waiting: ["nix-git"] }),
      ...keys("g"),
      { type: "doctor-checked", check: git },
    );

    expect(state.overlay).toEqual({ type: "doctor", at: "nix-lock/0" });
  });

  it("copies the command of the selected remedy", () => {
    const [state, effects] = after(shown(), ...keys("j", "c"));

    expect(effects).toContainEqual({ type: "copy", text: "nix flake lock" });
    expect(state.notice?.text).toBe("copied: nix flake lock");
  });

  it("has nothing to copy where nothing is wrong", () => {
    const [state, effects] = after(shown(), ...keys("G", "c"));

    expect(deeds(effects)).toEqual([]);
    expect(state.notice?.text).toBe("there is nothing to mend here");
  });

  it("looks again with r, once", () => {
    const [state, effects] = after(shown(), ...keys("r", "r"));

    expect(state.diagnosis?.stage).toBe("examining");
    expect(deeds(effects)).toEqual(["examine"]);
  });

  it("mends with f, and looks again at what was wrong", () => {
    const mended = [{ id: "nix-git", code: "nix/not-tracked", did: "git add -N flake.nix" }];
    const [state, effects] = after(shown(), ...keys("f", "f", "r"), {
      type: "doctor-mended",
      mended,
      again: ["nix-git", "nix-lock"],
    });

    expect(deeds(effects)).toEqual(["mend"]);
    expect(state.diagnosis).toMatchObject({
      stage: "examining",
      mended,
      waiting: ["nix-git", "nix-lock"],
      checks: sampleChecks,
    });
  });

  it("mends nothing where nothing can be mended safely", () => {
    const [state, effects] = after(shown({ checks: [node, lock] }), key("f"));

    expect(deeds(effects)).toEqual([]);
    expect(state.notice?.text).toBe("nothing here can be mended safely by itself");
  });

  it("is at hand where the environment cannot be loaded", () => {
    const problem = { code: "nix/network", message: "no network", remedy: "connect" } as const;
    const failed = sampleState({ environment: { type: "failed", problem } });
    const [state, effects] = after(failed, key("d"));

    expect(state.overlay).toEqual({ type: "doctor" });
    expect(deeds(effects)).toEqual(["examine"]);
  });
});
