import { describe, expect, it } from "vitest";
import type { Activity } from "../../src/core/agent.ts";
import type { Happening } from "../../src/core/message.ts";
import { noModels, type Switch } from "../../src/core/models.ts";
import type { State } from "../../src/core/state.ts";
import { createInputParser } from "../../src/keys/input-parser.ts";
import { createKeymap } from "../../src/keys/keymap.ts";
import type { TerminalModes } from "../../src/screen/emulator.ts";
import { createRouter } from "../../src/tui/router.ts";
import { sampleState, withPane } from "../fakes/sample-state.ts";

const plainModes: TerminalModes = {
  applicationCursor: false,
  applicationKeypad: false,
  bracketedPaste: true,
  mouseTracking: "none",
  mouseEncoding: "default",
  focusEvents: false,
  kittyFlags: 0,
  modifyOtherKeys: 0,
  synchronizedOutput: false,
  alternateScreen: false,
  colorSchemeUpdates: false,
  inBandResize: false,
};

/** What a run of bytes leads to: messages, and bytes to the focused pane. */
function route(bytes: string, state: State = sampleState(), modes: Partial<TerminalModes> = {}) {
  const messages: Happening[] = [];
  let written = "";
  let writes = 0;
  let current = state;
  const router = createRouter({
    state: () => current,
    dispatch: (happening) => {
      messages.push(happening);
      if (happening.type === "prefix-pressed")
        current = { ...current, prefix: { since: 0, strip: false } };
      else if (current.prefix) {
        const { prefix: _, ...rest } = current;
        current = rest;
      }
    },
    keymap: () => createKeymap(state.settings.keys),
    panes: {
      modes: () => ({ ...plainModes, ...modes }),
      write: (_mode, data) => {
        writes++;
        written += typeof data === "string" ? data : new TextDecoder().decode(data);
      },
      scrollToEnd: () => {},
    },
    shownTop: () => undefined,
    onTyped: () => {},
    onMouse: () => {},
    onReply: () => {},
  });
  const parser = createInputParser();
  const events = [...parser.feed(new TextEncoder().encode(bytes)), ...parser.flush()];
  router.handle(events);
  return { messages, written, writes };
}

describe("the router", () => {
  it.each([
    ["legacy", "\x0fr"],
    ["kitty", "\x1b[111;5ur"],
    ["kitty with event types", "\x1b[111;5:1u\x1b[111;5:3ur"],
    ["modifyOtherKeys", "\x1b[27;5;111~r"],
  ])("knows the prefix in its %s form", (_form, bytes) => {
    const { messages, written } = route(bytes);

    expect(messages).toEqual([{ type: "prefix-pressed" }, { type: "action", action: "restart" }]);
    expect(written).toBe("");
  });

  it("sends everything that is not bound to the focused pane", () => {
    expect(route("hi\r\x1b[A\x01").written).toBe("hi\r\x1b[A\x01");
    expect(route("\x1b[A", sampleState(), { applicationCursor: true }).written).toBe("\x1bOA");
  });

  it("sends the keys of one read in one write", () => {
    expect(route("hi\r\x1b[A").writes).toBe(1);
  });

  it("sends what was typed before a bound key before it acts on that key", () => {
    const { written, writes, messages } = route("a\x0frb");

    expect(written).toBe("ab");
    expect(writes).toBe(2);
    expect(messages).toHaveLength(2);
  });

  it("never finds the prefix inside a paste", () => {
    const { messages, written } = route("\x1b[200~a\x0fq\x1b[201~");

    expect(messages).toEqual([]);
    expect(written).toBe("\x1b[200~a\x0fq\x1b[201~");
  });

  it("leaves the prefix with a key that is not bound, and keeps that key", () => {
    const { messages, written } = route("\x0fX");

    expect(messages).toEqual([{ type: "prefix-pressed" }, { type: "prefix-ended" }]);
    expect(written).toBe("");
  });

  it("acts on a direct chord", () => {
    expect(route("\x1b2").messages).toEqual([{ type: "action", action: "focus-build" }]);
  });

  it("gives keys to an overlay and none to the pane", () => {
    const covered = sampleState({ overlay: { type: "environment", top: 0 } });

    const { messages, written } = route("j\x03", covered);

    expect(messages).toEqual([
      { type: "overlay-key", chord: "j", text: "j" },
      { type: "overlay-key", chord: "ctrl+c", text: "" },
    ]);
    expect(written).toBe("");
  });

  it("drops sequences nobody understands instead of typing them", () => {
    expect(route("\x1b[?99;99$w").written).toBe("");
  });

  it("tells a child that asked for it of the focus", () => {
    expect(route("\x1b[O", sampleState(), { focusEvents: true }).written).toBe("\x1b[O");
    expect(route("\x1b[O").written).toBe("");
  });

  describe("while the model of a pane is loaded", () => {
    const plan = { model: "ollama/a", unloadFirst: [] };
    const at = (step: Switch["step"], activity: Activity = idle) => {
      const switches = { plan: { plan, since: 0, step } };
      const state = sampleState({ models: { ...noModels, switches } });
      return withPane(state, "plan", { activity });
    };
    const idle = { type: "idle", since: 0, unseen: false } as const;
    const busy = { type: "busy", since: 0 } as const;
    const warming = { type: "warming", job: "1" } as const;
    const cancelled = [{ type: "switch-cancelled", mode: "plan" }];

    it.each([
      ["legacy", "\x1b"],
      ["kitty", "\x1b[27u\x1b[27;1:3u"],
    ])("gives up the load with esc (%s), which the agent does not see", (_form, bytes) => {
      expect(route(bytes, at(warming))).toMatchObject({ messages: cancelled, written: "" });
      expect(route(bytes, at({ type: "deriving", job: "1" })).messages).toEqual(cancelled);
    });

    it("leaves esc to an agent that works, and all other keys to any", () => {
      expect(route("\x1b", at(warming, busy))).toMatchObject({ messages: [], written: "\x1b" });
      expect(route("\x1b", at({ type: "waiting" })).written).toBe("\x1b");
      expect(route("a\x1b[A", at(warming))).toMatchObject({ messages: [], written: "a\x1b[A" });
    });
  });
});
