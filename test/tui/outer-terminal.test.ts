import { expect, it } from "vitest";
import { createHostColors } from "../../src/screen/host-colors.ts";
import { createOuterTerminal } from "../../src/tui/outer-terminal.ts";

function open() {
  const written: string[] = [];
  let schemeChanges = 0;
  const outer = createOuterTerminal({
    write: (text) => written.push(text.replaceAll("\u001B[", " ").trim()),
    colors: createHostColors(),
    onSynchronized: () => undefined,
    onSchemeChanged: () => void (schemeChanges += 1),
  });
  const hasKitty = (): void =>
    outer.reply({ type: "reply", reply: { type: "keyboard-flags", flags: 0 } });
  return { outer, hasKitty, take: () => written.splice(0), schemeChanges: () => schemeChanges };
}

const wanted = { mouse: true, anyMotion: false, keyEvents: false };

it("tells the terminal only what changes", () => {
  const { outer, take } = open();

  outer.want(wanted);
  outer.want(wanted);
  expect(take()).toEqual(["?1003l ?1002h ?1006h"]);
  outer.want({ ...wanted, anyMotion: true });

  expect(take()).toEqual(["?1002h ?1003h ?1006h"]);
});

it("asks for keys of the kitty protocol once the terminal has it", () => {
  const { outer, hasKitty, take } = open();
  outer.want(wanted);
  take();

  hasKitty();
  outer.want({ ...wanted, keyEvents: true });

  expect(take()).toEqual([">5u", "=7;1u"]);
});

it("takes the mouse and the keys back after it was stopped", () => {
  const { outer, hasKitty, take } = open();
  hasKitty();
  outer.want(wanted);
  take();

  outer.takeBack();

  expect(take()).toEqual(["<u", "?1003l ?1002h ?1006h", ">5u"]);
});

it("hands a copied text to the terminal, and never empties the clipboard", () => {
  const { outer, take } = open();

  outer.copy("");
  outer.copy("größer\u001B]0;x\u0007");

  expect(take()).toEqual(["\u001B]52;c;Z3LDtsOfZXIbXTA7eAc=\u0007"]);
});

it("asks for the colours again when dark turns light, and tells once they are known", () => {
  const { outer, take, schemeChanges } = open();
  const background = (level: number): void =>
    outer.reply({
      type: "reply",
      reply: { type: "background", colour: { r: level, g: level, b: level } },
    });
  background(0);
  expect(schemeChanges()).toBe(0);

  outer.reply({ type: "reply", reply: { type: "colour-scheme", scheme: "light" } });
  expect(take().join("")).toContain("\u001B]11;?");
  background(255);

  expect(schemeChanges()).toBe(1);
});
