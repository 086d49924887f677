/**
 * Variables whose values nobody should read over a shoulder or in a bug report. Judged by the name,
 * and by forms of tokens that are known; what is neither stays as it is.
 */

/** What stands where a secret was. */
export const maskText = "***";

/** A value without what is secret in it: all of it, or the password in an address. */
export function withoutSecrets(name: string, value: string): string {
  if (value === "") return value;
  return isSecretName(name) ? maskText : withoutKnownSecrets(value);
}

/** A text without tokens of known forms and without passwords in addresses. */
export function withoutKnownSecrets(text: string): string {
  return knownSecrets.reduce((left, [pattern, mask]) => left.replace(pattern, mask), text);
}

function isSecretName(name: string): boolean {
  return (secretWord.test(name) || secretPart.test(name)) && !placeOfSecret.test(name);
}

/** Also as a part of a word: PGPASSWORD, githubToken. "TOKENS" counts, "TOKENIZERS" splits words. */
const secretWord = /PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL|API_?KEY|TOKEN(?![A-Z])/i;
/** Only as a word of its own, parted by underscores. */
const secretPart = /(?:^|_)(?:PASS|PW|AUTH|COOKIE|KEY)(?:_|$)/i;
/** These say where the secret is. */
const placeOfSecret = /_(?:FILE|PATH|DIR|HOME|SOCK|SOCKET|COMMAND|VARIABLE|TYPE)$/i;

const knownSecrets: readonly (readonly [RegExp, string])[] = [
  // The password of "scheme://user:password@host".
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*:)[^\s/]+(?=@)/gi, `$1${maskText}`],
  // Nix's setting, as NIX_CONFIG has it.
  [/(\baccess-tokens\s*=\s*)[^\n]+/g, `$1${maskText}`],
  // GitHub, GitLab, OpenAI and Anthropic, Slack, Hugging Face, npm, Google.
  [
    /\b(?:gh[oprsu]_|github_pat_|glpat-|sk-|xox[abeoprs]-|hf_|npm_|AIza)[A-Za-z0-9_-]{16,}/g,
    maskText,
  ],
  // AWS.
  [/\bA[KS]IA[0-9A-Z]{16}\b/g, maskText],
  // JSON web tokens.
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/g, maskText],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, maskText],
];
