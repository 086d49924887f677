import { readFileSync, statSync } from "node:fs";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { OptionValues } from "../../src/cli/arguments.ts";
import { editSettings } from "../../src/cli/config-edit.ts";
import { AiRulesError } from "../../src/core/error.ts";
import type { RunForeground } from "../../src/platform/foreground.ts";
import type { Variables } from "../../src/platform/ports.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { createRecordedConsole } from "../fakes/recorded-console.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

type Script = {
  /** What each run of the editor makes of the text; undefined ends it with code 1. */
  readonly edits: readonly ((text: string) => string | undefined)[];
  /** What is answered to each question; without it nobody is there. */
  readonly answers?: readonly boolean[];
  readonly options?: OptionValues;
};

async function begin(variables: Variables = { EDITOR: "ed -s" }) {
  const root = await temporaryDirectory();
  const ports = isolatedPorts(root, variables);
  const file = join(root, "ai-rules.json");
  return {
    root,
    file,
    text: () => readFile(file, "utf8"),
    edit: async ({ edits, answers, options = {} }: Script) => {
      const left = [...edits];
      const replies = [...(answers ?? [])];
      const console = createRecordedConsole(
        answers ? { answer: () => replies.shift() ?? false } : {},
      );
      const commands: string[] = [];
      const run: RunForeground = async ({ args }) => {
        const draft = args.at(-1) ?? "";
        commands.push((args[1] ?? "").replace("trap : INT QUIT; ", ""));
        const next = left.shift()?.(readFileSync(draft, "utf8"));
        if (next === undefined) return { code: 1 };
        await writeFile(draft, next);
        return { code: 0 };
      };
      const ended = await editSettings({ ports, console, run }, { root, options }).catch(
        (error: unknown) => (error instanceof AiRulesError ? error.problem.code : error),
      );
      return { ...console, ended, commands, editsLeft: left.length };
    },
  };
}

describe("`ai-rules config edit`", () => {
  it("saves a right edit, with the file's own mode", async () => {
    const scene = await begin();
    await writeFile(scene.file, '{ "layout": "rows" }');
    await chmod(scene.file, 0o640);

    const { ended, lines, commands } = await scene.edit({
      edits: [(text) => text.replace("rows", "columns")],
    });

    expect({ ended, lines, commands }).toEqual({
      ended: 0,
      lines: ["saved ai-rules.json"],
      commands: ['ed -s "$@"'],
    });
    expect(await scene.text()).toBe('{ "layout": "columns" }');
    expect(statSync(scene.file).mode & 0o777).toBe(0o640);
  });

  it("shows the mistakes of a broken edit and opens it again", async () => {
    const scene = await begin();
    const { ended, notes, questions } = await scene.edit({
      edits: [() => '{\n  "layout": 3\n}', (text) => text.replace("3", '"rows"')],
      answers: [true],
    });

    expect(ended).toBe(0);
    expect(notes[0]).toMatch(/^error: ai-rules\.json:2:\d+: layout: expected one of/);
    expect(questions).toEqual(["edit it again?"]);
    expect(await scene.text()).toBe('{\n  "layout": "rows"\n}');
  });

  it("keeps a broken edit beside the file, and offers it the next time", async () => {
    const scene = await begin();
    await writeFile(scene.file, "{}");
    const first = await scene.edit({ edits: [() => '{ "layout": }'], answers: [false] });
    expect(first.ended).toBe("settings/edit-broken");
    expect(await scene.text()).toBe("{}");

    const second = await scene.edit({
      edits: [(text) => text.replace(": }", ': "rows" }')],
      answers: [true],
    });

    expect(second.questions).toEqual([
      "an edit of ai-rules.json that was not saved is kept: go on with it?",
    ]);
    expect(await scene.text()).toBe('{ "layout": "rows" }');
  });

  it("begins anew when the kept edit is not wanted", async () => {
    const scene = await begin();
    await writeFile(scene.file, '{ "scrollback": 5 }');
    await scene.edit({ edits: [() => "{"] });

    const { notes, ended } = await scene.edit({ edits: [(text) => text], answers: [false] });

    expect({ notes, ended }).toEqual({ notes: ["nothing was changed"], ended: 0 });
    expect((await scene.edit({ edits: [(text) => text], answers: [] })).questions).toEqual([]);
  });

  it("goes on with a kept edit where nobody can be asked", async () => {
    const scene = await begin();
    await scene.edit({ edits: [() => '{ "layout": }'] });

    const { notes, ended } = await scene.edit({
      edits: [(text) => text.replace(": }", ': "rows"}')],
    });

    expect(notes).toEqual(["note: going on with an edit of ai-rules.json that was not saved"]);
    expect(ended).toBe(0);
  });

  it("saves what has unknown names, and warns", async () => {
    const scene = await begin();
    const { ended, notes } = await scene.edit({ edits: [() => '{ "layuot": "rows" }'] });

    expect(ended).toBe(0);
    expect(notes).toEqual([
      "warning: ai-rules.json:1:3: layuot is not a setting; did you mean layout?",
    ]);
  });

  it("makes no file when nothing was written, and none of an editor that failed", async () => {
    const scene = await begin();
    const same = await scene.edit({ edits: [(text) => text] });
    const failed = await scene.edit({ edits: [() => undefined] });

    expect([same.ended, failed.ended]).toEqual([0, "settings/editor-failed"]);
    await expect(scene.text()).rejects.toThrow("ENOENT");
    expect((await scene.edit({ edits: [(text) => text], answers: [] })).questions).toEqual([]);
  });

  it("does not write over what somebody else wrote meanwhile", async () => {
    const scene = await begin();
    await writeFile(scene.file, "{}");

    const { ended } = await scene.edit({
      edits: [
        () => {
          // As an editor of somebody else would.
          void writeFile(scene.file, '{ "layout": "rows" }');
          return '{ "scrollback": 1 }';
        },
      ],
    });

    expect(ended).toBe("settings/edit-conflict");
    expect(await scene.text()).toBe('{ "layout": "rows" }');
  });

  it("edits the user's own file when told to, through a symbolic link", async () => {
    const scene = await begin();
    const real = join(scene.root, "dotfiles.json");
    const link = join(scene.root, "home/.config/ai-rules/config.json");
    await mkdir(dirname(link), { recursive: true });
    await writeFile(real, "{}");
    await symlink(real, link);

    await scene.edit({ edits: [() => '{ "layout": "rows" }'], options: { user: true } });

    expect(await readFile(real, "utf8")).toBe('{ "layout": "rows" }');
    expect((await scene.edit({ edits: [], options: { user: true, project: true } })).ended).toBe(
      "usage/option",
    );
  });

  it.each([
    [{ VISUAL: "code -w", EDITOR: "vi" }, 'code -w "$@"'],
    [{ VISUAL: "code -w", EDITOR: "vi", TERM: "dumb" }, 'vi "$@"'],
  ])("takes the editor of %j", async (variables, command) => {
    const scene = await begin(variables);

    expect((await scene.edit({ edits: [(text) => text] })).commands).toEqual([command]);
  });

  it("says what to set where there is no editor", async () => {
    const scene = await begin({ PATH: "/nowhere" });

    expect((await scene.edit({ edits: [] })).ended).toBe("settings/no-editor");
  });
});
