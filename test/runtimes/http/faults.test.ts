import { createServer } from "node:http";
import { createServer as createPlainServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { AiRulesError } from "../../../src/core/error.ts";
import { createNetwork } from "../../../src/platform/network.ts";
import { errorText, noAnswer, statusFault } from "../../../src/runtimes/http/faults.ts";

const asked = { url: "http://box.lan:11434", title: "Ollama", startCommand: "ollama serve" };

const ladder = [
  {
    code: "ECONNREFUSED",
    fault: "runtime/not-running",
    message: "Ollama is not running at box.lan:11434",
    remedy: "start it: `ollama serve`",
  },
  { code: "ENOTFOUND", fault: "runtime/host-unknown", message: "the host box.lan is not known" },
  { code: "EAI_AGAIN", fault: "runtime/host-unknown" },
  { code: "EHOSTUNREACH", fault: "runtime/unreachable" },
  { code: "ETIMEDOUT", fault: "runtime/unreachable" },
  { code: "UND_ERR_CONNECT_TIMEOUT", fault: "runtime/unreachable" },
  { code: "UND_ERR_HEADERS_TIMEOUT", fault: "runtime/timed-out" },
  { code: "ECONNRESET", fault: "runtime/connection-lost" },
  { code: "UND_ERR_SOCKET", fault: "runtime/connection-lost" },
  { code: "HPE_INVALID_CONSTANT", fault: "runtime/not-http" },
  {
    code: "ERR_SSL_WRONG_VERSION_NUMBER",
    fault: "runtime/tls-mismatch",
    message: "box.lan:11434 does not speak TLS, but its URL says https",
  },
  { code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", fault: "runtime/tls-failed" },
  { code: "DEPTH_ZERO_SELF_SIGNED_CERT", fault: "runtime/certificate" },
  { code: "SELF_SIGNED_CERT_IN_CHAIN", fault: "runtime/certificate" },
  { code: "CERT_HAS_EXPIRED", fault: "runtime/certificate" },
  { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", fault: "runtime/certificate" },
  { code: "ERR_INVALID_URL", fault: "runtime/bad-address" },
  { code: "E_SOMETHING_NEW", fault: "runtime/no-answer" },
];

describe("no answer", () => {
  for (const { code, fault, ...rest } of ladder) {
    it(`is ${fault} for ${code}`, () => {
      const cause = Object.assign(new Error("x"), { code });

      const { problem } = noAnswer(new TypeError("fetch failed", { cause }), asked);

      expect(problem).toMatchObject({ code: fault, ...rest });
      expect(problem.detail).toContain(code);
    });
  }

  it("is found in one of several addresses of a name", () => {
    const refused = Object.assign(new Error("x"), { code: "ECONNREFUSED" });
    const cause = new AggregateError([refused, refused], "");

    expect(noAnswer(new TypeError("fetch failed", { cause }), asked).problem.code).toBe(
      "runtime/not-running",
    );
  });

  it("is made anew with the runtime's name from what the client made without it", () => {
    const cause = Object.assign(new Error("x"), { code: "ECONNREFUSED" });
    const first = noAnswer(cause, { url: asked.url });

    expect(first.problem.message).toBe("the server is not running at box.lan:11434");
    expect(noAnswer(first, asked).problem.message).toBe("Ollama is not running at box.lan:11434");
  });

  it("leaves a failure alone that has no cause", () => {
    const error = new AiRulesError({ code: "runtime/moved", message: "m", remedy: "r" });

    expect(noAnswer(error, asked)).toBe(error);
  });

  it("names the token that a server wants which was asked before its kind was known", () => {
    const first = statusFault(answer(401, { error: "unauthorized" }), { url: asked.url });

    expect(noAnswer(first, { ...asked, tokenVariable: "OLLAMA_API_KEY" }).problem).toEqual({
      code: "runtime/needs-token",
      message: "Ollama at box.lan:11434 wants a token",
      remedy: "set OLLAMA_API_KEY in the development shell",
      detail: "unauthorized",
    });
  });

  it("has the remedy of what is odd about the address, when nothing listens there", () => {
    const note = { code: "runtime/no-port", message: "no port", remedy: "add :11434" } as const;
    const cause = Object.assign(new Error("x"), { code: "ECONNREFUSED" });

    expect(noAnswer(cause, { ...asked, note }).problem.remedy).toBe("add :11434");
  });

  it("is told by Node's own fetch in the same words", async () => {
    const network = createNetwork();
    const refused = `http://127.0.0.1:${await network.freePort()}`;
    const plain = (await listening(createServer((_, response) => response.end()))).replace(
      "http",
      "https",
    );
    const deaf = await listening(createPlainServer((socket) => socket.end("220 mail\r\n")));
    const mute = await listening(createPlainServer((socket) => socket.destroy()));
    const tls = await listening(createTlsServer({}));
    const cases = [
      { url: tls, code: "runtime/connection-lost" },
      { url: tls.replace("http", "https"), code: "runtime/tls-failed" },
      { url: refused, code: "runtime/not-running" },
      { url: "http://nowhere.invalid", code: "runtime/host-unknown" },
      { url: plain, code: "runtime/tls-mismatch" },
      { url: deaf, code: "runtime/not-http" },
      { url: mute, code: "runtime/connection-lost" },
      { url: "http://", code: "runtime/bad-address" },
    ];

    for (const { url, code } of cases) {
      for (const ask of [network.fetch, network.fetchPatiently]) {
        const error: unknown = await ask(url).catch((caught: unknown) => caught);
        expect(`${url} ${noAnswer(error, { url }).problem.code}`).toBe(`${url} ${code}`);
      }
    }
    const blocked: unknown = await network
      .fetch("http://127.0.0.1:9")
      .catch((caught: unknown) => caught);
    expect(noAnswer(blocked, asked).problem.code).toBe("runtime/blocked-port");
  });
});

describe("a status", () => {
  it("of 401 and 403 means a token, and names its variable", () => {
    for (const status of [401, 403]) {
      const { problem } = statusFault(answer(status, {}), {
        ...asked,
        tokenVariable: "OLLAMA_API_KEY",
      });

      expect(problem).toMatchObject({
        code: "runtime/needs-token",
        message: "Ollama at box.lan:11434 wants a token",
        remedy: "set OLLAMA_API_KEY in the development shell",
      });
    }
  });

  it("of a server that speaks TLS means https", () => {
    const text = "Client sent an HTTP request to an HTTPS server.\n";

    expect(statusFault({ ...answer(400, undefined), text }, asked).problem).toMatchObject({
      code: "runtime/tls-mismatch",
      remedy: "write https://box.lan:11434",
    });
  });

  it("of a redirect names where it leads", () => {
    const moved = { ...answer(308, undefined), headers: { location: "https://box.lan/" } };

    expect(statusFault(moved, asked).problem.message).toContain("https://box.lan/");
  });

  it("of a proxy means that the runtime behind it is down", () => {
    expect(statusFault(answer(502, undefined), asked).problem).toMatchObject({
      code: "runtime/behind-proxy",
      remedy: "start it: `ollama serve`",
    });
  });

  it("of anything else has the server's words", () => {
    expect(statusFault(answer(500, { error: "boom" }), asked).problem).toMatchObject({
      code: "runtime/refused",
      message: "Ollama at box.lan:11434 answers with HTTP 500: boom",
    });
  });
});

describe("what an answer says", () => {
  const cases: readonly [unknown, string][] = [
    [{ error: "native" }, "native"],
    [{ error: { message: "openai" } }, "openai"],
    [{ message: "plain" }, "plain"],
    [{ detail: "fastapi" }, "fastapi"],
    [{ error: "two\nlines \u001b[31mred" }, "two lines red"],
  ];
  for (const [json, said] of cases) {
    it(`is "${said}" for ${JSON.stringify(json)}`, () => {
      expect(errorText({ json, text: JSON.stringify(json) })).toBe(said);
    });
  }

  it("is nothing for a web page and the text itself for text", () => {
    expect(errorText({ json: undefined, text: "\n<!DOCTYPE html>" })).toBe("");
    expect(errorText({ json: undefined, text: "Not Found" })).toBe("Not Found");
  });
});

function answer(status: number, json: unknown) {
  return { status, json, text: JSON.stringify(json) ?? "", headers: {} };
}

async function listening(server: ReturnType<typeof createPlainServer>): Promise<string> {
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}
