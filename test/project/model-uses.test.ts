import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createModelUses, usedElsewhere } from "../../src/project/model-uses.ts";
import { createRunDirectory } from "../../src/project/run-directory.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";

async function setUp() {
  const runtimeDirectory = await temporaryDirectory();
  const clock = createManualClock();
  const ports = { ...isolatedPorts(runtimeDirectory), clock };
  const start = async () => {
    const run = await createRunDirectory(ports, runtimeDirectory);
    const told: (readonly string[])[] = [];
    const uses = createModelUses(ports, {
      runtimeDirectory,
      runDirectory: run.path,
      onOthers: (models) => told.push(models),
    });
    onTestFinished(() => uses.stop());
    return { ...uses, run, told };
  };
  return { ports, clock, runtimeDirectory, start };
}

const a = "http://127.0.0.1:11434 qwen3-coder:30b";
const b = "http://127.0.0.1:11434 llama3.1:8b";

describe("what two runs use", () => {
  it("is told to each other, without what one uses itself", async () => {
    const { clock, start } = await setUp();
    const one = await start();
    const other = await start();
    one.use([a, b, a]);
    other.use([b]);

    for (const run of [one, other]) run.attend("shown");
    const seen = () => [one.told, other.told];
    const both = () => {
      clock.advance(5000);
      return one.told.at(-1)?.length === 1 && other.told.at(-1)?.length === 2;
    };
    await until(both, { seen });

    expect(one.told.at(-1)).toEqual([b]);
    expect(other.told.at(-1)).toEqual([b, a]);
  });

  it("is told once, and again when a run ends", async () => {
    const { clock, start } = await setUp();
    const one = await start();
    const other = await start();
    other.use([b]);
    one.attend("shown");
    const tick = (done: () => boolean) => () => {
      clock.advance(5000);
      return done();
    };
    await until(tick(() => one.told.length > 0));

    await other.run.remove();
    await until(tick(() => one.told.length > 1));

    expect(one.told).toEqual([[b], []]);
  });

  it("is not looked at while nobody looks", async () => {
    const { clock, start } = await setUp();
    const one = await start();
    one.attend("shown");
    await until(() => clock.waiting > 0);

    one.attend("hidden");

    expect(clock.waiting).toBe(0);
  });

  it("counts for nothing when its run is dead or its list is broken", async () => {
    const { ports, runtimeDirectory } = await setUp();
    const broken = await createRunDirectory(ports, runtimeDirectory);
    await writeFile(join(broken.path, "models.json"), '{"not": "a list"');
    const odd = await createRunDirectory(ports, runtimeDirectory);
    await writeFile(join(odd.path, "models.json"), `["${a}", 7, null]`);
    const dead = join(runtimeDirectory, "run-1-00000000-dead");
    await ports.files.makeDirectory(dead);
    await writeFile(join(dead, "models.json"), `["${b}"]`);

    const found = await usedElsewhere(ports, { runtimeDirectory, runDirectory: "/none" });

    expect(found).toEqual([a]);
  });
});
