import { describe, expect, it } from "vitest";
import {
  createRedactor,
  hidden,
  isSecretName,
  maskedData,
  maskedVariables,
  secretValues,
  withoutSecrets,
} from "../../src/core/redact.ts";

describe("withoutSecrets", () => {
  it.each([
    ["authorization: Basic b3BlbmNvZGU6aHVudGVyMg==", `authorization: ${hidden}`],
    ['{"Authorization":"Bearer abc.def-ghi_jkl"}', `{"Authorization":"${hidden}"}`],
    ["-H 'Authorization: Token 0123456789' http://x", `-H 'Authorization: ${hidden}' http://x`],
    ["Cookie: a=1; session=0123", `Cookie: ${hidden}`],
    ["x-api-key: k", `x-api-key: ${hidden}`],
    ["sent Bearer abcdefgh12345", `sent Bearer ${hidden}`],
    ["http://ada:geheim@host:11434/v1", `http://${hidden}@host:11434/v1`],
    ["git+https://ghp_0123@github.com/a/b", `git+https://${hidden}@github.com/a/b`],
    ["http://[::1]:80/", "http://[::1]:80/"],
    ["http://ada:ge@heim@host/v1", `http://${hidden}@host/v1`],
    ["http://host:9/v1?page=1&token=geheim#x", `http://host:9/v1?page=1&token=${hidden}#x`],
    ["-setcookie geheim -sname a", `-setcookie ${hidden} -sname a`],
    ['{\\"apiKey\\": \\"geheim\\", \\"a\\": 1}', `{\\"apiKey\\": \\"${hidden}\\", \\"a\\": 1}`],
    ['"headers": {"X-Acme": "geheim", "Y": "z"}, "a": 1', `"headers": "${hidden}", "a": 1`],
    ["https://hooks.slack.com/services/T0/B0/geheim", `https://hooks.slack.com/services/${hidden}`],
    ["GET /v1?api_key=geheim&page=2", `GET /v1?api_key=${hidden}&page=2`],
    ["OPENCODE_SERVER_PASSWORD=hunter22 opencode", `OPENCODE_SERVER_PASSWORD=${hidden} opencode`],
    ["export SECRET_KEY_BASE='a b c' && x", `export SECRET_KEY_BASE='${hidden}' && x`],
    ['"apiKey": "s\\"q", "model": "m"', `"apiKey": "${hidden}", "model": "m"`],
    ["curl --token geheim-7 http://x", `curl --token ${hidden} http://x`],
    ["access-tokens = github.com=ghp_0123456789abcdefghij", `access-tokens = github.com=${hidden}`],
    ["key sk-lm-AbCdEfGhIjKlMn12:xyz said", `key ${hidden} said`],
    ["jwt eyJhbGciOiJI.eyJzdWIiOiIx.c2ln end", `jwt ${hidden} end`],
    ["hf_abcdefghijklmnopqrstu", hidden],
    ["-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nx", `${hidden}\nx`],
    ["-----BEGIN PRIVATE KEY-----\nMII cut", hidden],
  ])("of %j leaves %j", (text, left) => {
    expect(withoutSecrets(text)).toBe(left);
    expect(withoutSecrets(left)).toBe(left);
  });

  it.each([
    "ollama/qwen3:8b has a context of 32768 tokens",
    "max_tokens: 4096",
    "nix develop --command env: exited 0 after 1234 ms",
    "ai-rules.json:3:5: keys.prefix: not a key",
    "the token of lmstudio is read from LM_API_TOKEN",
    "GET http://127.0.0.1:11434/api/ps 200 in 3 ms",
    "at run (file:///home/ada/ai-rules/dist/cli/main.js:12:3)",
    "PWD=/home/ada/shop",
    "SSH_AUTH_SOCK=/tmp/ssh/agent.1",
    '"tokenVariable": "LM_API_TOKEN"',
    "mail ada@example.org",
    'press "ctrl+o": r',
  ])("leaves %j as it is", (text) => {
    expect(withoutSecrets(text)).toBe(text);
  });

  it("takes no time for long text of any kind", () => {
    const texts = [
      "x",
      "eyJ-",
      "x-",
      "a:",
      "'",
      "a=",
      "--a ",
      "x://",
      "key: ",
      '"key":"',
      "-----BEGIN PRIVATE KEY-----",
      "a.b-",
      "?a=",
      "\\",
      'a\\":\\"',
      '"headers":{',
    ];
    for (const text of texts) {
      const started = performance.now();

      withoutSecrets(text.repeat(100_000 / text.length));

      expect({ text, isQuick: performance.now() - started < 1500 }).toEqual({
        text,
        isQuick: true,
      });
    }
  });
});

describe("names", () => {
  it.each([
    "GITHUB_TOKEN",
    "apiKey",
    "SECRET_KEY_BASE",
    "db-password",
    "PGPASSWORD",
    "AWS_ACCESS_KEY_ID",
    "OPENCODE_SERVER_PASSWORD",
    "HF_TOKEN",
    "RELEASE_COOKIE",
    "npm_config__auth",
    "PASS",
    "CLOAK_ENCRYPTION_KEYS",
    "SENTRY_DSN",
    "DB_PASSWD",
  ])("%s is a secret's", (name) => expect(isSecretName(name)).toBe(true));

  it.each([
    "PWD",
    "OLDPWD",
    "KEYBOARD",
    "SSH_AUTH_SOCK",
    "TOKENIZERS_PARALLELISM",
    "PATH",
    "XKB_KEYMAP",
    "MONKEY",
    "OLLAMA_MODEL_PLAN",
    "MAX_TOKENS",
    "tokenVariable",
    "SSL_KEY_FILE",
    "SSH_AGENT_PID",
    "COMPASS",
    "keys",
  ])("%s is none", (name) => expect(isSecretName(name)).toBe(false));
});

describe("a redactor", () => {
  it("hides what it was told, longest first, also in JSON and URLs", () => {
    const { hide, redact } = createRedactor();
    hide(['pa"ss/word', 'pa"ss/word and more', "short"]);

    expect(redact('a pa"ss/word and more b')).toBe(`a ${hidden} b`);
    expect(redact(JSON.stringify(['pa"ss/word']))).toBe(`["${hidden}"]`);
    expect(redact("x/pa%22ss%2Fword/y")).toBe(`x/${hidden}/y`);
    expect(redact("a short way")).toBe("a short way");
  });

  it("takes broken text", () => {
    const { hide, redact } = createRedactor();
    hide(["broken\ud800text"]);

    expect(redact("a broken\ud800text")).toBe(`a ${hidden}`);
  });
});

describe("secrets among variables", () => {
  const variables = {
    LM_API_TOKEN: "abc123def",
    DATABASE_URL: "ecto://shop:geheim77@localhost/shop_dev",
    TEST_URL: "ecto://postgres:postgres@localhost/shop_test",
    USE_TOKEN: "true",
    PATH: "/usr/bin",
    PWD: "/home/ada",
    ERL_FLAGS: "-setcookie geheim88",
    HOOK_URL: "https://h/x?token=geheim99",
    // It stands in half of all lines about databases, and opens nothing.
    PGPASSWORD: "postgres",
  };

  it("are found by name, and in URLs", () => {
    expect(secretValues(variables)).toEqual(["abc123def", "geheim77", "geheim88", "geheim99"]);
  });

  it("are hidden when variables are shown", () => {
    expect(maskedVariables(variables)).toEqual({
      LM_API_TOKEN: hidden,
      DATABASE_URL: `ecto://${hidden}@localhost/shop_dev`,
      TEST_URL: `ecto://${hidden}@localhost/shop_test`,
      USE_TOKEN: "true",
      PATH: "/usr/bin",
      PWD: "/home/ada",
      ERL_FLAGS: `-setcookie ${hidden}`,
      HOOK_URL: `https://h/x?token=${hidden}`,
      PGPASSWORD: hidden,
    });
  });
});

describe("data to be shown", () => {
  it("keeps its shape, without secrets", () => {
    const data = {
      modes: {
        plan: { env: { API_KEY: "abc", MIX_ENV: "dev" }, command: ["a", "--token", "abc"] },
      },
      url: "http://ada:abc@host",
      pin: [1, null, true],
      password: 12_345_678,
      options: { headers: { "X-Acme": "abc" }, body: '{"apiKey": "abc"}' },
    };

    expect(maskedData(data)).toEqual({
      modes: {
        plan: { env: { API_KEY: hidden, MIX_ENV: "dev" }, command: ["a", "--token", hidden] },
      },
      url: `http://${hidden}@host`,
      pin: [1, null, true],
      password: hidden,
      options: { headers: { "X-Acme": hidden }, body: `{"apiKey": "${hidden}"}` },
    });
  });
});
