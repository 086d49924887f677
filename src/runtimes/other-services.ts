import { printable } from "../core/text.ts";
import type { RuntimeAnswer } from "./http/client.ts";

/** What gives away the programs that are often met on a developer's machine. */
const known: readonly {
  readonly name: string;
  readonly text?: RegExp;
  readonly server?: RegExp;
}[] = [
  { name: "a Phoenix application", text: /Phoenix\.Router\.NoRouteError|\bdata-phx-|phx-socket/ },
  { name: "Livebook", text: /<title>[^<]*Livebook/i },
  { name: "a Vite development server", text: /\/@vite\/client/ },
  { name: "a Next.js application", text: /\/_next\/|__NEXT_DATA__/ },
  { name: "Jupyter", text: /<title>[^<]*Jupyter/i },
  { name: "Open WebUI", text: /<title>[^<]*Open WebUI/i },
  { name: "Jenkins", server: /^Jetty/, text: /Jenkins/ },
];

/** Names a program that is no runtime, from what it answered; fits after "it is". */
export function nameService(answers: readonly RuntimeAnswer[]): string {
  const found = known.find(({ text, server }) =>
    answers.some(
      (answer) =>
        (!text || text.test(answer.text)) &&
        (!server || server.test(answer.headers["server"] ?? "")),
    ),
  );
  if (found) return found.name;
  const title = answers.map(({ text }) => titleOf(text)).find((each) => each !== undefined);
  if (title !== undefined) return `a web page: "${title}"`;
  const software = answers.flatMap(
    ({ headers }) => headers["server"] ?? headers["x-powered-by"] ?? [],
  );
  const [name] = software.map((each) => printable(each).slice(0, 40)).filter((each) => each !== "");
  return name === undefined ? "another program" : `another program (${name})`;
}

function titleOf(text: string): string | undefined {
  const [, title] = /<title[^>]*>([^<]{1,500})/i.exec(text.slice(0, 20_000)) ?? [];
  const shown = printable(title ?? "").trim();
  return shown === "" ? undefined : shown.slice(0, 60);
}
