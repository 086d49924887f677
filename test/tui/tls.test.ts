/** Runtimes behind TLS, as the side panel shows what is wrong with them. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { startOllamaServer } from "../fakes/ollama-server.ts";
import { openProgram } from "../fakes/program-without-panes.ts";
import { startTlsFront, tlsCertificate } from "../fakes/tls-front.ts";

async function started() {
  const ollama = await startOllamaServer();
  const front = await startTlsFront(ollama.port);
  onTestFinished(async () => {
    await front.close();
    await ollama.close();
  });
  return { ollama, front };
}

/** The side panel once the Ollama at a URL turned out to be out of reach. */
async function panelAt(url: string): Promise<string> {
  const program = await openProgram({ url });
  await program.until(({ models }) => models.surveyed);
  return program.panel({ cols: 120, rows: 60 });
}

describe("a runtime behind TLS", () => {
  it("whose certificate nobody signed says which variable lets us trust it", async () => {
    const { front } = await started();

    const panel = await panelAt(front.url);

    expect(panel).toMatch(/✕ Ollama +down/);
    expect(panel).toContain(`the certificate of 127.0.0.1:${front.port} is not trusted`);
    expect(panel).toContain("start ai-rules with NODE_EXTRA_CA_CERTS set to the file");
  });

  it("is asked for by http: the panel says to write https", async () => {
    const { front } = await started();

    const panel = await panelAt(front.url.replace("https:", "http:"));

    expect(panel).toMatch(/✕ Ollama +down/);
    expect(panel).toContain(`write ${front.url}`);
  });

  it("answers once its certificate is trusted by that variable", async () => {
    const { front, ollama } = await started();
    const ask = `
      const { fetchPatiently } = await import(${JSON.stringify(patientFetch)});
      const answer = await fetchPatiently(${JSON.stringify(`${front.url}/api/version`)});
      console.log(await answer.text());`;

    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", ask],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: tlsCertificate } },
    );

    expect(JSON.parse(stdout)).toMatchObject({ version: expect.any(String) });
    expect(ollama.requests.map(({ path }) => path)).toEqual(["/api/version"]);
  });
});

describe("a runtime without TLS", () => {
  it("that is asked for by https says to write http", async () => {
    const { ollama } = await started();

    const panel = await panelAt(ollama.url.replace("http:", "https:"));

    expect(panel).toContain(`127.0.0.1:${ollama.port} does not speak TLS, but its URL says https`);
    expect(panel).toContain(`write ${ollama.url}`);
  });
});

const patientFetch = new URL("../../src/platform/patient-fetch.ts", import.meta.url).href;
