import { describe, expect, it } from "vitest";
import { withoutKnownSecrets, withoutSecrets } from "../../src/core/secrets.ts";

describe("secrets among variables", () => {
  it.each([
    "GITHUB_TOKEN",
    "PGPASSWORD",
    "SECRET_KEY_BASE",
    "OPENAI_API_KEY",
    "apiKey",
    "RELEASE_COOKIE",
    "HEX_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "NPM_AUTH",
    "KEY",
    "GOOGLE_CREDENTIALS",
  ])("are masked by their name: %s", (name) => {
    expect(withoutSecrets(name, "abc")).toBe("***");
    expect(withoutSecrets(name, "")).toBe("");
  });

  it.each([
    ["PATH", "/usr/bin:/bin"],
    ["LMSTUDIO_MAX_TOKENS", "4096"],
    ["TOKENIZERS_PARALLELISM", "false"],
    ["SSH_AUTH_SOCK", "/run/agent"],
    ["XKB_KEYBOARD", "de"],
    ["OLLAMA_KEEP_ALIVE", "30m"],
    ["TLS_KEY_FILE", "/etc/key.pem"],
    ["DATABASE_URL", "ecto://localhost/shop"],
    ["MONKEY", "business"],
  ])("are not seen where there are none: %s", (name, value) => {
    expect(withoutSecrets(name, value)).toBe(value);
  });

  it.each([
    ["ecto://me:pass@db:5432/shop", "ecto://me:***@db:5432/shop"],
    ["postgres://:p@ss@localhost/x", "postgres://:***@localhost/x"],
    [`use ghp_${"a".repeat(36)} here`, "use *** here"],
    [`sk-ant-${"a1".repeat(20)}`, "***"],
    ["AKIAABCDEFGHIJKLMNOP", "***"],
    ["a = 1\naccess-tokens = github.com=abc\nb = 2", "a = 1\naccess-tokens = ***\nb = 2"],
    ["eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2ln", "***"],
    ["-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----", "***"],
    ["https://example.org/a:b@c", "https://example.org/a:b@c"],
  ])("are taken out of any text: %s", (text, masked) => {
    expect(withoutKnownSecrets(text)).toBe(masked);
  });
});
