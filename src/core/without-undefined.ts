/** An object without its entries that are undefined: what a runtime does not tell is not there. */
export function withoutUndefined<T extends object>(value: T): Told<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type says just this.
  return Object.fromEntries(
    Object.entries(value).filter(([, entry]) => entry !== undefined),
  ) as Told<T>;
}

type Told<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> };
