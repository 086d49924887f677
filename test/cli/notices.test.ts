import { describe, expect, it } from "vitest";
import { createNotices, type NewNotice } from "../../src/cli/notices.ts";
import type { Problem } from "../../src/core/error.ts";

const first: Problem = {
  code: "settings/syntax",
  message: "not valid JSON",
  remedy: "correct it",
  position: { file: "/p/ai-rules.json", line: 3, column: 4 },
};
const second: Problem = { code: "state/damaged", message: "damaged", remedy: "none needed" };

function begin() {
  const logged: string[] = [];
  const heard: NewNotice[] = [];
  const notices = createNotices({ warn: (line) => logged.push(line) });
  return { logged, heard, notices, listen: () => notices.listen((notice) => heard.push(notice)) };
}

describe("notices", () => {
  it("show the first of several problems and count the rest; the log has all", () => {
    const { heard, logged, notices, listen } = begin();
    listen();

    notices.tell([first, second]);

    const text = "ai-rules.json:3:4: not valid JSON (and 1 more: see the log)";
    expect(heard).toEqual([{ level: "warning", text, remedy: "correct it" }]);
    expect(logged).toEqual([
      "settings/syntax: ai-rules.json:3:4: not valid JSON; fix: correct it",
      "state/damaged: damaged; fix: none needed",
    ]);
  });

  it("of before the start are heard once somebody listens", () => {
    const { heard, notices, listen } = begin();

    notices.tell([second]);
    notices.tell([]);
    listen();

    expect(heard).toEqual([{ level: "warning", text: "damaged", remedy: "none needed" }]);
  });

  it("say what holds nevertheless", () => {
    const { heard, notices, listen } = begin();
    const stop = listen();

    notices.tell([second], "what was before still holds");
    stop();
    notices.tell([second]);

    const text = "damaged; what was before still holds";
    expect(heard).toEqual([{ level: "error", text, remedy: "none needed" }]);
  });
});
