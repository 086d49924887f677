import { Text } from "ink";
import type { ReactElement } from "react";
import type { TooSmallView } from "./too-small.ts";

/** The one thing shown when there is no room for anything. */
export function TooSmall({ view }: { readonly view: TooSmallView }): ReactElement {
  return <Text>{view.text}</Text>;
}
