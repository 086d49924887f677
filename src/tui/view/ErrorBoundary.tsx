import { Text } from "ink";
import { Component, type ReactNode } from "react";

type ErrorBoundaryProps = {
  /** After a failure the children are tried again when this is another value. */
  readonly retryOn: unknown;
  readonly onError: (error: unknown) => void;
  readonly children: ReactNode;
};

type ErrorBoundaryState = { readonly failed: boolean; readonly retryOn: unknown };

/** Keeps a component that throws from taking its whole surface with it: a line says so instead. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  static getDerivedStateFromError(): Partial<ErrorBoundaryState> {
    return { failed: true };
  }

  static getDerivedStateFromProps(
    { retryOn }: ErrorBoundaryProps,
    state: ErrorBoundaryState,
  ): ErrorBoundaryState | null {
    return retryOn === state.retryOn ? null : { failed: false, retryOn };
  }

  override readonly state = { failed: false, retryOn: this.props.retryOn };

  override componentDidCatch(error: unknown): void {
    this.props.onError(error);
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return <Text wrap="truncate">could not be drawn</Text>;
  }
}
