import { expect, it } from "vitest";
import { byMode } from "../../src/core/mode.ts";
import { update } from "../../src/core/update.ts";
import { createScrollPosition } from "../../src/tui/scroll-position.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { sampleNow as now, sampleState } from "../fakes/sample-state.ts";

function open() {
  let state = sampleState();
  const told: number[] = [];
  const lines = { ...byMode(() => 0) };
  const clock = createManualClock();
  const position = createScrollPosition({
    clock,
    state: () => state,
    dispatch: (happening) => {
      if (happening.type === "pane-scrolled") told.push(happening.lines);
      [state] = update(state, { ...happening, now });
    },
    scrolledBack: (mode) => lines[mode],
  });
  return { position, lines, clock, told };
}

it("tells at once when the view is moved, and only when it did move", () => {
  const { position, lines, told } = open();

  position.moved("plan");
  lines.plan = 9;
  position.moved("plan");
  position.moved("plan");

  expect(told).toEqual([9]);
});

it("counts on while output arrives, a few times a second", () => {
  const { position, lines, clock, told } = open();
  lines.plan = 9;
  position.moved("plan");

  for (let chunk = 0; chunk < 100; chunk++) {
    lines.plan += 10;
    position.outputArrived("plan");
    clock.advance(10);
  }

  expect(told.length).toBeLessThanOrEqual(5);
  clock.advance(250);
  expect(told.at(-1)).toBe(1009);
});

it("forgets the place when a new program has cleared the lines", () => {
  const { position, lines, clock, told } = open();
  lines.plan = 9;
  position.moved("plan");

  lines.plan = 0;
  position.outputArrived("plan");
  clock.advance(250);

  expect(told).toEqual([9, 0]);
});

it("leaves no timer when it is stopped", () => {
  const { position, lines, clock } = open();
  lines.plan = 9;
  position.outputArrived("plan");

  position.stop();

  expect(clock.waiting).toBe(0);
});
