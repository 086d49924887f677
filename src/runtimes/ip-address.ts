/** IP addresses as text; node:net knows them as well, but only the platform may import it. */

function isIPv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

/** Without brackets. A zone ("%eth0") is fine. */
export function isIPv6(text: string): boolean {
  const [address = ""] = text.split("%");
  return address.includes(":") && URL.canParse(`http://[${address}]/`);
}

export function isIP(text: string): boolean {
  return isIPv4(text) || isIPv6(text);
}

/** Whether a host, as a URL has it, is this machine itself. */
export function isLoopback(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  const four = name.replace(/^::ffff:/, "");
  return (isIPv4(four) && four.startsWith("127.")) || name === "::1";
}
