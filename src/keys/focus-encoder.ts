/** The bytes that tell a child whether it has the focus (DECSET 1004). */
export function encodeFocus(gained: boolean): string {
  return gained ? "\x1b[I" : "\x1b[O";
}
