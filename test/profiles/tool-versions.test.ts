import { describe, expect, it } from "vitest";
import {
  elixirRelease,
  otpRelease,
  readMise,
  readToolVersions,
  type ToolVersions,
} from "../../src/profiles/tool-versions.ts";

describe("what .tool-versions says", () => {
  it.each<readonly [text: string, versions: ToolVersions]>([
    ["elixir 1.17.3-otp-27\nerlang 27.1.2\n", { elixir: "1.17.3-otp-27", erlang: "27.1.2" }],
    ["# elixir 1.16\r\nelixir\t1.17  # ours\r\nnodejs 22\r\n", { elixir: "1.17" }],
    ["elixir 1.17.3 1.16.2 system\n", { elixir: "1.17.3" }],
    ["elixir 1.17\nelixir 1.16\n", { elixir: "1.17" }],
    ["elixir ref:v1.18-dev\nerlang system", { elixir: "ref:v1.18-dev", erlang: "system" }],
    ["elixir\nerlang # none\n", {}],
    ["elixir_ls 0.1\nmy-elixir 2\n", {}],
    ["", {}],
    ["\uFFFD\u0001 {}[]\n", {}],
  ])("is read from %j", (text, versions) => {
    expect(readToolVersions(text)).toEqual(versions);
  });
});

describe("what mise.toml says", () => {
  it.each<readonly [text: string, versions: ToolVersions]>([
    [
      '[tools]\nelixir = "1.17.3-otp-27"\nerlang = "27"\n',
      { elixir: "1.17.3-otp-27", erlang: "27" },
    ],
    ["[tools] # all\nelixir = ['1.17', '1.16']\n", { elixir: "1.17" }],
    [
      '[tools]\nelixir = [\n  "1.17",\n  "1.16",\n]\nerlang = "27"',
      { elixir: "1.17", erlang: "27" },
    ],
    ['[tools]\n"core:elixir" = { version = "1.17", postinstall = "mix" }', { elixir: "1.17" }],
    ['[tools.erlang]\nversion = "27.1"\n', { erlang: "27.1" }],
    ['tools.elixir = "1.18"\n', { elixir: "1.18" }],
    ['[env]\nelixir = "no"\n[tasks.elixir]\nrun = "mix"\n', {}],
    ['[tools]\n# elixir = "1.17"\nelixir = true\n', {}],
    ["not = [ toml", {}],
  ])("is read from %j", (text, versions) => {
    expect(readMise(text)).toEqual(versions);
  });
});

describe("the release of Elixir", () => {
  it.each<readonly [version: string, release: ReturnType<typeof elixirRelease>]>([
    ["1.17.3", { major: 1, minor: 17, text: "1.17.3", isExact: true }],
    ["1.17.3-otp-27", { major: 1, minor: 17, text: "1.17.3", isExact: true, otp: 27 }],
    ["1.17", { major: 1, minor: 17, text: "1.17", isExact: false }],
    ["1.17-otp-26", { major: 1, minor: 17, text: "1.17", isExact: false, otp: 26 }],
    ["latest:1.17", { major: 1, minor: 17, text: "1.17", isExact: false }],
    ["1.18.0-rc.1-otp-27", { major: 1, minor: 18, text: "1.18.0-rc.1", isExact: true, otp: 27 }],
    ["v1.17.3", { major: 1, minor: 17, text: "1.17.3", isExact: true }],
    ["system", undefined],
    ["latest", undefined],
    ["ref:main", undefined],
    ["main-otp-27", undefined],
    ["path:/opt/elixir-1.17.3", undefined],
    ["1", undefined],
  ])("is told from %s", (version, release) => {
    expect(elixirRelease(version)).toEqual(release);
  });
});

describe("the OTP", () => {
  it.each<readonly [version: string, otp: number | undefined]>([
    ["27", 27],
    ["27.1.2", 27],
    ["26.2.5.3", 26],
    ["28.0-rc1", 28],
    ["ref:OTP-27.1", 27],
    ["latest:26", 26],
    ["latest", undefined],
    ["ref:master", undefined],
    ["system", undefined],
  ])("is told from Erlang %s", (version, otp) => {
    expect(otpRelease(version)).toBe(otp);
  });
});
