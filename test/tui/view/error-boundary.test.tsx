import { Text } from "ink";
import { cleanup, render } from "ink-testing-library";
import type { ReactElement } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { ErrorBoundary } from "../../../src/tui/view/ErrorBoundary.tsx";

afterEach(cleanup);

function Fragile({ broken }: { readonly broken: boolean }): ReactElement {
  if (broken) throw new Error("cannot");
  return <Text>fine</Text>;
}

function guarded(broken: boolean, retryOn: number, errors: unknown[]): ReactElement {
  return (
    <ErrorBoundary retryOn={retryOn} onError={(error) => errors.push(error)}>
      <Fragile broken={broken} />
    </ErrorBoundary>
  );
}

describe("a component that throws", () => {
  it("is replaced by a line, told of once and tried again with the next view", () => {
    const errors: unknown[] = [];
    const { lastFrame, rerender } = render(guarded(true, 1, errors));
    expect(lastFrame()).toBe("could not be drawn");

    rerender(guarded(false, 1, errors));
    expect(lastFrame()).toBe("could not be drawn");

    rerender(guarded(false, 2, errors));
    expect(lastFrame()).toBe("fine");
    expect(errors).toEqual([new Error("cannot")]);
  });
});
