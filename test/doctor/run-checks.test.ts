import { describe, expect, it } from "vitest";
import { AiRulesError } from "../../src/core/error.ts";
import { type Check, ok, type Trouble } from "../../src/doctor/check.ts";
import { createDoctorContext, type DoctorContext, fact } from "../../src/doctor/context.ts";
import { type CheckResult, runChecks } from "../../src/doctor/run-checks.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const clock = createManualClock();

async function createContext(): Promise<DoctorContext> {
  const directory = await temporaryDirectory();
  return createDoctorContext({
    ports: { ...isolatedPorts(directory), clock },
    root: directory,
    program: { version: "1.0.0", node: "24.0.0" },
    abort: new AbortController().signal,
  });
}

function check(id: string, run: Check["run"]): Check {
  return { id, group: "install", title: `the ${id}`, timeoutMs: 3000, run };
}

const never = () => new Promise<never>(() => {});

describe("checks", () => {
  it("are run side by side, and heard of as they are done", async () => {
    const context = await createContext();
    const gate = Promise.withResolvers<void>();
    const heard: string[] = [];
    const slow = check("slow", async () => {
      await gate.promise;
      return [ok("late")];
    });
    const quick = check("quick", async () => [ok("at once")]);

    const results = await runChecks([slow, quick], context, (result) => {
      heard.push(result.check.id);
      if (result.check === quick) gate.resolve();
    });

    expect(heard).toEqual(["quick", "slow"]);
    expect(results.map(({ check: { id }, status }) => [id, status])).toEqual([
      ["slow", "ok"],
      ["quick", "ok"],
    ]);
  });

  it("that hang are told of when their time is over, and told to stop", async () => {
    const context = await createContext();
    let stopped = false;
    const hanging = check("hanging", (_, abort) => {
      abort.addEventListener("abort", () => {
        stopped = true;
      });
      return never();
    });

    const running = runChecks([hanging], context);
    clock.advance(3000);

    const [result] = await running;
    expect(troubleOf(result)).toMatchObject({
      status: "warn",
      code: "doctor/check-timed-out",
      remedy: "try it alone: `ai-rules doctor --only hanging`",
    });
    expect(stopped).toBe(true);
  });

  it("get no more than 5 s, whatever they ask for", async () => {
    const context = await createContext();
    const greedy = { ...check("greedy", never), timeoutMs: 60_000 };

    const running = runChecks([greedy], context);
    clock.advance(5000);

    expect(troubleOf((await running)[0]).found).toContain("within 5 s");
  });

  it("that break cost the others nothing", async () => {
    const context = await createContext();
    const broken = check("broken", () => {
      throw new Error("oops\u001B[2J");
    });

    const [first, second] = await runChecks(
      [broken, check("fine", async () => [ok("well")])],
      context,
    );

    expect(troubleOf(first)).toMatchObject({
      status: "warn",
      code: "doctor/check-failed",
      found: expect.stringMatching(/oops$/u),
    });
    expect(second?.status).toBe("ok");
  });

  it("pass on what a part of the program knows of its failure", async () => {
    const context = await createContext();
    const problem = { code: "run/unsafe-directory", message: "no", remedy: "yes" } as const;
    const failing = check("failing", () => Promise.reject(new AiRulesError(problem)));

    const [result] = await runChecks([failing], context);

    expect(troubleOf(result)).toMatchObject({ code: problem.code, found: "no", remedy: "yes" });
  });

  it("tell nothing secret, also where a program's words do; a remedy works as it stands", async () => {
    const context = await createContext();
    context.ports.log.hide(["geheim-by-heart"]);
    const telling = check("telling", async () => [
      {
        status: "warn" as const,
        code: "nix/hook-warned" as const,
        found: "psql: ecto://ada:geheim1@db/shop is not there",
        why: "Authorization: Bearer geheim2-3456",
        remedy: "run `psql ecto://ada:geheim1@db/shop`",
        detail: "PGPASSWORD=geheim3\nand geheim-by-heart",
      },
    ]);

    const [result] = await runChecks([telling], context);

    const { found, why, remedy, detail } = troubleOf(result);
    expect([found, why, detail].join("\n")).not.toContain("geheim");
    expect(found).toBe("psql: ecto://***@db/shop is not there");
    expect(remedy).toBe("run `psql ecto://ada:geheim1@db/shop`");
  });

  it("that flood are cut, and what they say is fit to be shown", async () => {
    const context = await createContext();
    const flood = "\u001B]0;title\u0007\u0000x".repeat(500_000);
    const flooding = check("flooding", async () =>
      Array.from({ length: 1000 }, () => ({
        status: "fail" as const,
        code: "install/pty-silent" as const,
        found: flood,
        remedy: flood,
        detail: `${"line\n".repeat(100_000)}the cause`,
      })),
    );

    const [result] = await runChecks([flooding], context);

    expect(result?.findings.length).toBeLessThanOrEqual(40);
    const { found, remedy, detail = "" } = troubleOf(result);
    for (const text of [found, remedy]) expect(text).toMatch(/^[ -~]+…?$/u);
    expect(found.length).toBeLessThanOrEqual(401);
    expect(remedy.length).toBeLessThanOrEqual(20_001);
    expect(detail.split("\n").length).toBeLessThanOrEqual(40);
    expect(detail).toMatch(/the cause$/u);
  });

  it("leave a command whole, however long the paths in it are", async () => {
    const context = await createContext();
    const command = `run \`mv ${"/folder".repeat(500)} ${"/other".repeat(500)}\``;
    const moving = check("moving", async () => [
      { status: "warn", code: "install/no-directory", found: "a file", remedy: command },
    ]);

    expect(troubleOf((await runChecks([moving], context))[0]).remedy).toBe(command);
  });

  it("have the status of what needs most attention", async () => {
    const context = await createContext();
    const mixed = check("mixed", async () => [
      ok("fine"),
      { status: "warn", code: "install/clock-wrong", found: "odd", remedy: "look" },
    ]);

    const results = await runChecks([mixed, check("silent", async () => [])], context);

    expect(results.map(({ status }) => status)).toEqual(["warn", "ok"]);
  });
});

describe("a fact", () => {
  it("is found out once for all that ask, and anew in the next examination", async () => {
    let asked = 0;
    const answer = fact(async () => ++asked);
    const context = await createContext();

    expect(await Promise.all([answer(context), answer(context)])).toEqual([1, 1]);
    expect(await answer(await createContext())).toBe(2);
  });
});

function troubleOf(result: CheckResult | undefined): Trouble {
  const found = result?.findings.find((finding) => "code" in finding);
  if (!found || !("code" in found)) throw new Error(JSON.stringify(result));
  return found;
}
