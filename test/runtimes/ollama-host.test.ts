import { describe, expect, it } from "vitest";
import { resolveOllamaHost } from "../../src/runtimes/ollama-host.ts";

/** Ollama's own vectors (envconfig/config_test.go), as ConnectableHost resolves them. */
const vectors: readonly (readonly [string, string])[] = [
  ["", "http://127.0.0.1:11434"],
  ["1.2.3.4", "http://1.2.3.4:11434"],
  [":1234", "http://127.0.0.1:1234"],
  ["1.2.3.4:1234", "http://1.2.3.4:1234"],
  ["1.2.3.4:66000", "http://1.2.3.4:11434"],
  ["1.2.3.4:-1", "http://1.2.3.4:11434"],
  ["1.2.3.4:abc", "http://1.2.3.4:11434"],
  ["[2001:db8::1]", "http://[2001:db8::1]:11434"],
  ["[2001:db8::1]:1337", "http://[2001:db8::1]:1337"],
  ["2001:db8::1", "http://[2001:db8::1]:11434"],
  ["::1", "http://[::1]:11434"],
  ["example.com", "http://example.com:11434"],
  ["example.com:1234", "http://example.com:1234"],
  ["https://1.2.3.4", "https://1.2.3.4:443"],
  ["https://1.2.3.4:4321", "https://1.2.3.4:4321"],
  ["https://1.2.3.4:66000", "https://1.2.3.4:443"],
  ["http://localhost", "http://localhost:80"],
  ["http://localhost:11434", "http://localhost:11434"],
  ["http://localhost:11434/", "http://localhost:11434"],
  ["https://example.com/ollama", "https://example.com:443/ollama"],
  ["example.com:5678/path", "http://example.com:5678/path"],
  ["'0.0.0.0'", "http://127.0.0.1:11434"],
  ['"1.2.3.4"', "http://1.2.3.4:11434"],
  [" 1.2.3.4 ", "http://1.2.3.4:11434"],
  ["0.0.0.0:11435", "http://127.0.0.1:11435"],
  ["[::]:11434", "http://[::1]:11434"],
  ["::", "http://[::1]:11434"],
  ["0:0:0:0:0:0:0:0", "http://[::1]:11434"],
  ["ollama.com", "https://ollama.com:443"],
  ["http://:1234", "http://127.0.0.1:1234"],
];

describe("OLLAMA_HOST", () => {
  for (const [raw, url] of vectors) {
    it(`"${raw}" means ${url}`, () => {
      expect(resolveOllamaHost(raw).url).toBe(url);
    });
  }

  it("tells a scheme without a port", () => {
    expect(resolveOllamaHost("http://box").portless).toBe(true);
    expect(resolveOllamaHost("http://box:11434").portless).toBe(false);
    expect(resolveOllamaHost("box").portless).toBe(false);
  });

  it("tells a port that is none", () => {
    expect(resolveOllamaHost("box:99999").badPort).toBe("99999");
    expect(resolveOllamaHost("http://box:").badPort).toBe("");
    expect(resolveOllamaHost("box:1").badPort).toBeUndefined();
  });

  it("keeps user and password out of the URL", () => {
    expect(resolveOllamaHost("http://me:p@ss@box:11434/x")).toMatchObject({
      url: "http://box:11434/x",
      user: "me:p@ss",
    });
  });
});
